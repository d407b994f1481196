/** One request by hand, for servers of every kind: method, path and body, and what was answered. */
import { type FormEvent, useId, useRef, useState } from "react";
import type { SendRequestResult } from "../../../shared/generated/protocol.js";
import { usePythonServer } from "../../hooks/use-python-server.js";
import { useText } from "../i18n/index.js";
import { Button } from "../ui/button.js";
import { cn } from "../ui/class-names.js";
import { Input, Label } from "../ui/input.js";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "../ui/select.js";
import { Answer } from "./answer.js";
import { ANSWER_WITHIN_SECONDS } from "./exchange.js";
import { keptOf, type TypedRequest } from "./kept.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

/** With these a body means something. */
const WITH_BODY: ReadonlySet<TypedRequest["method"]> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** A form for the server `name`; what was typed and answered is kept. */
export function RequestForm({ name }: { name: string }) {
  const text = useText();
  const id = useId();
  const api = usePythonServer((state) => state.api);
  const kept = keptOf(api, name);
  const [request, setRequest] = useState(kept.request);
  const [answer, setAnswer] = useState<SendRequestResult | undefined>(kept.answer);
  const [problem, setProblem] = useState<string>();
  const [wrong, setWrong] = useState(false);
  const [sending, setSending] = useState(false);
  const underWay = useRef(false);

  const change = (changes: Partial<TypedRequest>) => {
    kept.request = { ...request, ...changes };
    setRequest(kept.request);
    setWrong(false);
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (underWay.current) return;
    if (!request.path.startsWith("/")) return setWrong(true);
    underWay.current = true;
    setSending(true);
    setProblem(undefined);
    try {
      const answered = await api.sendRequest({ name, timeout: ANSWER_WITHIN_SECONDS, ...onTheWire(request) });
      kept.answer = answered;
      setAnswer(answered);
    } catch (error) {
      kept.answer = undefined;
      setAnswer(undefined);
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      underWay.current = false;
      setSending(false);
    }
  };

  const bodied = WITH_BODY.has(request.method);
  return (
    <div className="grid content-start gap-4 p-4">
      <form
        aria-label={text("api.request")}
        noValidate
        onSubmit={(event) => void send(event)}
        className="grid max-w-3xl gap-2"
      >
        <div className="flex gap-2">
          <Select
            value={request.method}
            onValueChange={(method) => change({ method: method as TypedRequest["method"] })}
          >
            <SelectTrigger aria-label={text("api.method")} className="w-28 shrink-0 font-mono text-xs">
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {METHODS.map((method) => (
                <SelectItem key={method} value={method} className="font-mono text-xs">
                  {method}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          <Input
            aria-label={text("api.requestPath")}
            value={request.path}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            aria-invalid={wrong || undefined}
            aria-describedby={wrong ? `${id}-fault` : undefined}
            className="font-mono text-xs"
            onChange={(event) => change({ path: event.target.value })}
          />
          <Button type="submit" aria-busy={sending}>
            {text("api.sendNow")}
          </Button>
        </div>
        {wrong && (
          <p id={`${id}-fault`} role="alert" className="text-failed text-xs">
            {text("api.wrong-path")}
          </p>
        )}
        {bodied && (
          <div className="grid gap-1">
            <Label htmlFor={`${id}-body`} className="text-xs">
              {text("api.body")}
            </Label>
            <textarea
              id={`${id}-body`}
              value={request.body}
              rows={5}
              spellCheck={false}
              aria-describedby={`${id}-help`}
              className={cn(
                "w-full resize-y rounded-md border border-input bg-background px-2.5 py-1.5 font-mono text-xs outline-none",
                "focus-visible:border-ring focus-visible:ring-2 focus-visible:ring-ring/40",
              )}
              onChange={(event) => change({ body: event.target.value })}
            />
            <p id={`${id}-help`} className="text-muted-foreground text-xs">
              {text("api.body-help")}
            </p>
          </div>
        )}
      </form>
      <div aria-live="polite" aria-busy={sending} className="grid max-w-3xl gap-2">
        {sending && <p className="text-muted-foreground text-xs">{text("api.sending")}</p>}
        {!sending && problem !== undefined && (
          <div className="rounded-lg border border-failed/30 bg-failed-soft px-3.5 py-2.5">
            <p className="font-medium">{text("api.unanswered")}</p>
            <p className="text-muted-foreground text-xs">{problem}</p>
          </div>
        )}
        {!sending && answer !== undefined && <Answer answer={answer} />}
      </div>
    </div>
  );
}

function onTheWire({ method, path, body }: TypedRequest) {
  if (!WITH_BODY.has(method) || body === "") return { method, path };
  return { method, path, body, headers: { "Content-Type": typeOf(body) } };
}

function typeOf(body: string): string {
  try {
    JSON.parse(body);
    return "application/json";
  } catch {
    return "text/plain; charset=utf-8";
  }
}
