/**
 * What everything of the panel stands in: the root element with its theme and language, the store, and the
 * place for what floats above. `PythonServerPanel` and `ProcessTable` differ only in what they put inside.
 */
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { StoreApi } from "zustand";
import type { PythonServerApi } from "../../shared/api.js";
import { PythonServerProvider, useHasPythonServer } from "../hooks/context.js";
import type { PythonServerState } from "../store/state.js";
import { type Language, useText, WordsProvider } from "./i18n/index.js";
import { MissingApi } from "./servers/missing-api.js";
import { useChosenLanguage } from "./theme/language.js";
import { type ThemeChoice, type ThemeState, useTheme } from "./theme/theme.js";
import { cn } from "./ui/class-names.js";
import { PortalContainerProvider } from "./ui/portal-container.js";
import { TooltipProvider } from "./ui/tooltip.js";

/** What every part of the panel that is put on a page by itself takes. */
export interface PanelFrameProps {
  /** Whom to ask; `window.pythonServer` if left out. */
  api?: PythonServerApi;
  /** A store of the app's own, instead of `api`. */
  store?: StoreApi<PythonServerState>;
  /** Fixes the language; otherwise the user's choice, then the system's. */
  language?: Language;
  /** Fixes the theme; otherwise the user's choice, then the system's. */
  theme?: ThemeChoice;
  /** Connects anew after the sidecar has failed. Without it the panel says to restart the app. */
  onRetry?: () => void;
  className?: string;
}

/** What the user may choose, and what the app has fixed. */
export interface Frame {
  theme: ThemeState;
  themeIsFixed: boolean;
  language: Language;
  languageIsFixed: boolean;
  chooseLanguage: (language: Language) => void;
  onRetry: (() => void) | undefined;
}

const FrameContext = createContext<Frame | null>(null);

/** The frame around; only inside of `PanelFrame`. */
export function useFrame(): Frame {
  const frame = useContext(FrameContext);
  if (!frame) throw new Error("This part of the panel stands outside of PythonServerPanel and ProcessTable.");
  return frame;
}

const TOOLTIP_DELAY_MS = 400; // as in the system's own: not in the way of a hand that only passes

/**
 * Gives `children` all they need; without an api it says so instead of showing them. `bar` stands above in
 * both cases and is told which it is.
 */
export function PanelFrame({
  api,
  store,
  language: fixedLanguage,
  theme: fixedTheme,
  onRetry,
  className,
  bar,
  children,
}: PanelFrameProps & { bar?: (connected: boolean) => ReactNode; children: ReactNode }) {
  const theme = useTheme(fixedTheme);
  const [language, chooseLanguage] = useChosenLanguage(fixedLanguage);
  const frame = useMemo<Frame>(
    () => ({
      theme,
      themeIsFixed: fixedTheme !== undefined,
      language,
      languageIsFixed: fixedLanguage !== undefined,
      chooseLanguage,
      onRetry,
    }),
    [theme, fixedTheme, language, fixedLanguage, chooseLanguage, onRetry],
  );
  return (
    <FrameContext value={frame}>
      <WordsProvider language={language}>
        <TooltipProvider delayDuration={TOOLTIP_DELAY_MS}>
          <Root className={className}>
            <Connected api={api} store={store} bar={bar}>
              {children}
            </Connected>
          </Root>
        </TooltipProvider>
      </WordsProvider>
    </FrameContext>
  );
}

function Root({ className, children }: { className: string | undefined; children: ReactNode }) {
  const { theme, language } = useFrame();
  const text = useText();
  return (
    <section
      className={cn("python-server-panel flex h-full min-h-0 w-full flex-col", className)}
      data-theme={theme.theme}
      lang={language}
      aria-label={text("servers.title")}
    >
      {/* The container of the container queries is an element of its own: it may be a containing block for
          what is `fixed`, and dialogs are to cover the window. */}
      <PortalContainerProvider>
        <div className="@container/panel flex min-h-0 flex-1 flex-col">{children}</div>
      </PortalContainerProvider>
    </section>
  );
}

interface ConnectedProps {
  api: PythonServerApi | undefined;
  store: StoreApi<PythonServerState> | undefined;
  bar: ((connected: boolean) => ReactNode) | undefined;
  children: ReactNode;
}

function Connected({ api, store, bar, children }: ConnectedProps) {
  const reachable = useHasPythonServer();
  if (!api && !store && !reachable) {
    return (
      <>
        {bar?.(false)}
        <MissingApi />
      </>
    );
  }
  const content = (
    <>
      {bar?.(true)}
      {children}
    </>
  );
  if (store) return <PythonServerProvider store={store}>{content}</PythonServerProvider>;
  if (api) return <PythonServerProvider api={api}>{content}</PythonServerProvider>;
  return content;
}
