// The chart of a result, drawn as SVG. Every value is in a title, and the table with all of them is one click away.
import { useEffect, useRef, useState, type ReactNode } from "react";

import { number } from "../../ui/number";
import { ticks, type Drawing } from "./chart";
import "./chart.css";

const HEIGHT = 260;
const EDGE = { left: 64, right: 16, top: 12, bottom: 28 };

export function Chart({ of }: { of: Drawing }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(320, entry?.contentRect.width ?? 800)));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  const label = `${of.title || of.kind}: ${of.series.map(({ name }) => name).join(", ")} by ${of.axis}`;
  return (
    <figure className="chart" ref={place} tabIndex={0}>
      {of.title ? <h3>{of.title}</h3> : null}
      {of.kind === "piechart" ? <Shares of={of} /> : (
        <svg width={width} height={of.kind === "barchart" ? lying(of) : HEIGHT} role="img" aria-label={label}>
          {of.kind === "barchart" ? <Lying of={of} width={width} /> : <Standing of={of} width={width} />}
        </svg>
      )}
      <figcaption className="chips">
        {of.series.map(({ name }, index) => <span key={name}><span className={`swatch series-${index}`} aria-hidden="true" />{name}</span>)}
        {of.left > 0 ? <span className="quiet">{number(of.left)} more are only in the table</span> : null}
      </figcaption>
    </figure>
  );
}

/** Lines, areas, points and columns: values upwards. */
function Standing({ of, width }: { of: Drawing; width: number }) {
  const values = of.series.flatMap((series) => series.values.filter((value) => value !== null));
  const marks = ticks(Math.min(...values), Math.max(...values));
  const [low, high] = [marks[0] ?? 0, marks.at(-1) ?? 1];
  const up = (value: number) => HEIGHT - EDGE.bottom - ((value - low) / (high - low || 1)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const along = places(of, width);
  return (
    <>
      {marks.map((mark) => (
        <g key={mark}>
          <line className="chart-line" x1={EDGE.left} x2={width - EDGE.right} y1={up(mark)} y2={up(mark)} />
          <text className="chart-text" x={EDGE.left - 8} y={up(mark) + 4} textAnchor="end">{number(mark)}</text>
        </g>
      ))}
      {named(of, width).map((index) => (
        <text key={index} className="chart-text" x={along(index)} y={HEIGHT - 8} textAnchor="middle">{cut(of.places[index] ?? "", of.at ? 19 : 14)}</text>
      ))}
      {of.kind === "columnchart" || (of.at === null && of.kind !== "scatterchart") ? <Columns of={of} width={width} up={up} along={along} /> : <Lines of={of} up={up} along={along} low={low} />}
    </>
  );
}

interface Axes {
  of: Drawing;
  up: (value: number) => number;
  along: (index: number) => number;
}

function Lines({ of, up, along, low }: Axes & { low: number }) {
  return of.series.map(({ name, values }, index) => {
    const points = values.flatMap((value, place) => (value === null ? [] : [{ x: along(place), y: up(value), place, value }]));
    const path = points.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const [first, last] = [points[0], points.at(-1)];
    return (
      <g key={name} className={`series-${index}`}>
        {of.kind === "areachart" && first && last ? <path className="chart-area" d={`${path}L${last.x} ${up(low)}L${first.x} ${up(low)}Z`} /> : null}
        {of.kind === "scatterchart" ? null : <path className="chart-path" d={path} />}
        {points.length <= 300 || of.kind === "scatterchart" ? points.map(({ x, y, place, value }) => (
          <circle key={place} className="chart-point" cx={x} cy={y} r={of.kind === "scatterchart" ? 4 : 3}><title>{said(name, of.places[place], value)}</title></circle>
        )) : null}
      </g>
    );
  });
}

function Columns({ of, width, up, along }: Axes & { width: number }) {
  const room = ((width - EDGE.left - EDGE.right) / Math.max(1, of.places.length)) * 0.76;
  const each = Math.min(48, room / of.series.length);
  return of.series.map(({ name, values }, index) => (
    <g key={name} className={`series-${index}`}>
      {values.map((value, place) => (value === null ? null : (
        <rect key={place} className="chart-bar" x={along(place) + (index - of.series.length / 2) * each} width={Math.max(1, each - 1)}
          y={Math.min(up(value), up(0))} height={Math.abs(up(0) - up(value))}><title>{said(name, of.places[place], value)}</title></rect>
      )))}
    </g>
  ));
}

const BAR = 22;
const NAMES = 200;

function lying(of: Drawing): number {
  return of.places.length * BAR + 8;
}

/** Bars to the right, their names before them. */
function Lying({ of, width }: { of: Drawing; width: number }) {
  const most = Math.max(1e-9, ...of.series.flatMap((series) => series.values.map((value) => Math.abs(value ?? 0))));
  const each = (BAR - 4) / of.series.length;
  return of.places.map((place, row): ReactNode => (
    <g key={place + String(row)}>
      <text className="chart-text" x={NAMES - 8} y={row * BAR + 16} textAnchor="end">{cut(place, 30)}<title>{place}</title></text>
      {of.series.map(({ name, values }, index) => {
        const value = values[row] ?? null;
        const length = value === null ? 0 : (Math.abs(value) / most) * (width - NAMES - 90);
        return value === null ? null : (
          <g key={name} className={`series-${index}`}>
            <rect className="chart-bar" x={NAMES} y={row * BAR + 3 + index * each} height={Math.max(1, each - 1)} width={Math.max(1, length)}><title>{said(name, place, value)}</title></rect>
            {of.series.length === 1 ? <text className="chart-text" x={NAMES + length + 6} y={row * BAR + 16}>{number(value)}</text> : null}
          </g>
        );
      })}
    </g>
  ));
}

/** Shares of a whole are lengths here: lengths can be compared, angles cannot. */
function Shares({ of }: { of: Drawing }) {
  const values = of.series[0]?.values ?? [];
  const whole = values.reduce((all: number, value) => all + Math.max(0, value ?? 0), 0) || 1;
  return (
    <table className="table shares">
      <thead><tr><th scope="col">{of.axis}</th><th scope="col" className="number">{of.series[0]?.name}</th><th scope="col" className="number">Share</th><th scope="col"><span className="visually-hidden">Drawn</span></th></tr></thead>
      <tbody>{of.places.map((place, index) => {
        const value = values[index] ?? 0;
        return (
          <tr key={place + String(index)}>
            <td>{place}</td><td className="number">{number(value)}</td><td className="number">{((Math.max(0, value) / whole) * 100).toFixed(1)} %</td>
            <td className="share"><svg width="100%" height="12" aria-hidden="true"><rect className="chart-bar series-0" width={`${(Math.max(0, value) / whole) * 100}%`} height="12" /></svg></td>
          </tr>
        );
      })}</tbody>
    </table>
  );
}

function places(of: Drawing, width: number): (index: number) => number {
  const room = width - EDGE.left - EDGE.right;
  const { at } = of;
  if (at && of.kind !== "columnchart") {
    const [first, last] = [Math.min(...at), Math.max(...at)];
    return (index) => EDGE.left + (last > first ? (((at[index] ?? first) - first) / (last - first)) * room : room / 2);
  }
  return (index) => EDGE.left + ((index + 0.5) / Math.max(1, of.places.length)) * room;
}

/** As many names along the axis as there is room for. */
function named(of: Drawing, width: number): number[] {
  const most = Math.max(2, Math.floor((width - EDGE.left) / (of.at ? 170 : 120)));
  const step = Math.max(1, Math.ceil(of.places.length / most));
  return of.places.flatMap((_, index) => (index % step === 0 ? [index] : []));
}

function said(name: string, place: string | undefined, value: number): string {
  return `${name} at ${place ?? ""}: ${number(value)}`;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
