/** What this part of the panel says. */
import { defineWords } from "../i18n/words.js";

export const words = defineWords({ en: {}, ko: {} });
