/** What a server answers: its OpenAPI document to read and to try, and a plain request for any other. */
import { useText } from "../i18n/index.js";

/** The API of the server `name`. */
export default function ApiTab({ name }: { name: string }) {
  const text = useText();
  return <section aria-label={`${text("api")} ${name}`} className="p-4" />;
}
