// The frame of a page: its title, what is beside it, and its name in the browser's tab.
import { useEffect, type ReactNode } from "react";

interface Props {
  title: string;
  beside?: ReactNode;
  actions?: ReactNode;
  below?: ReactNode;
  children: ReactNode;
}

export function Page({ title, beside, actions, below, children }: Props) {
  useTitle(title);
  return (
    <>
      <header className="page-header">
        <div className="page-title">
          <h1>{title}</h1>
          {beside ? <span className="quiet">{beside}</span> : null}
          <span className="grow" />
          {actions}
        </div>
        {below}
      </header>
      {children}
    </>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Bartizan`;
  }, [title]);
}
