// Brings a file of one's own to the server, from where `putfile` puts it on the device.
import { Button, Progress } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { bytes } from "../../ui/number";
import { begun, hashOf, upload } from "./upload";

export function Upload({ onDone }: { onDone: (name: string) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [received, setReceived] = useState(0);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const bring = useMutation({
    mutationFn: async (chosen: File) => {
      stop.current = new AbortController();
      const transfer = await begun(chosen, await hashOf(chosen));
      await upload(chosen, transfer, setReceived, stop.current.signal);
      return transfer;
    },
    onSuccess: ({ name }) => onDone(name),
    meta: { quiet: true },
  });
  const start = (chosen: File) => {
    setFile(chosen);
    setReceived(0);
    bring.mutate(chosen);
  };
  return (
    <div className="live-upload">
      <input ref={picker} type="file" className="visually-hidden" aria-label="File to put" tabIndex={-1}
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) start(chosen);
          event.target.value = "";
        }} />
      {bring.isPending && file ? (
        <>
          <span className="mono live-file-name">{file.name}</span>
          <Progress value={file.size > 0 ? (100 * received) / file.size : 100} size="sm" aria-label={`Sending ${file.name}`} />
          <span className="quiet tabular">{bytes(received)} of {bytes(file.size)} <Button size="compact-xs" onClick={() => stop.current.abort()}>Stop</Button></span>
        </>
      ) : (
        <span className="form-row">
          <Button onClick={() => picker.current?.click()}>Send a file to put</Button>
          {bring.isError && file ? <Button onClick={() => start(file)}>Go on with {file.name}</Button> : null}
        </span>
      )}
      {bring.isError ? <p role="alert" className="live-refusal">It broke off at {bytes(received)}: {bring.error.message}</p> : null}
      {bring.isSuccess ? <p role="status" className="quiet">{bring.data.name} is on the server. Say where to: the line is written for you.</p> : null}
    </div>
  );
}
