/** Names another path for the OpenAPI document. */
import { type FormEvent, useId, useState } from "react";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { Input, Label } from "../ui/input.js";

export interface PathFormProps {
  path: string;
  reading: boolean;
  onPath: (path: string) => void;
}

/** `onPath` is called with what begins with a slash; with the same path too. */
export function PathForm({ path, reading, onPath }: PathFormProps) {
  const text = useText();
  const id = useId();
  const [typed, setTyped] = useState(path);
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = typed.trim();
    if (wanted.startsWith("/")) onPath(wanted);
    else setWrong(true);
  };
  return (
    <form onSubmit={submit} noValidate className="grid w-72 max-w-full gap-1 text-left text-foreground">
      <Label htmlFor={id} className="sr-only">
        {text("api.path")}
      </Label>
      <div className="flex gap-2">
        <Input
          id={id}
          value={typed}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={wrong || undefined}
          aria-describedby={wrong ? `${id}-fault` : undefined}
          className="h-7 font-mono text-xs"
          onChange={(event) => {
            setTyped(event.target.value);
            setWrong(false);
          }}
        />
        <Button type="submit" size="sm" variant="outline" aria-busy={reading}>
          {text("api.read")}
        </Button>
      </div>
      {wrong && (
        <p id={`${id}-fault`} role="alert" className="text-failed text-xs">
          {text("api.wrong-path")}
        </p>
      )}
    </form>
  );
}
