/** The panel's first line: its name, theme and language, and the state of the sidecar. */
import { Languages, Monitor, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { LANGUAGES, type Language, useText } from "../i18n/index.js";
import { useFrame } from "../panel-frame.js";
import { THEME_CHOICES, type ThemeChoice } from "../theme/theme.js";
import { Button } from "../ui/button.js";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "../ui/dropdown-menu.js";
import { SidecarState } from "./sidecar-state.js";

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon };
const THEME_WORDS = {
  system: "sidecar.themeSystem",
  light: "sidecar.themeLight",
  dark: "sidecar.themeDark",
} as const;

export function TitleBar({ connected }: { connected: boolean }) {
  const text = useText();
  const { themeIsFixed, languageIsFixed } = useFrame();
  return (
    <header className="flex h-10 shrink-0 items-center gap-1 border-border border-b bg-muted/60 pr-2 pl-4">
      <h1 className="mr-auto truncate font-semibold text-sm">{text("servers.title")}</h1>
      {!themeIsFixed && <ThemeMenu />}
      {!languageIsFixed && <LanguageMenu />}
      {connected && <SidecarState />}
    </header>
  );
}

function ThemeMenu() {
  const text = useText();
  const { theme } = useFrame();
  const Icon = THEME_ICONS[theme.choice];
  return (
    <Choice
      label={`${text("sidecar.theme")}: ${text(THEME_WORDS[theme.choice])}`}
      icon={<Icon />}
      value={theme.choice}
      onChange={(choice) => theme.choose(choice as ThemeChoice)}
      items={THEME_CHOICES.map((choice) => [choice, text(THEME_WORDS[choice])])}
    />
  );
}

function LanguageMenu() {
  const text = useText();
  const { language, chooseLanguage } = useFrame();
  return (
    <Choice
      label={`${text("sidecar.language")}: ${LANGUAGES[language]}`}
      icon={<Languages />}
      value={language}
      onChange={(choice) => chooseLanguage(choice as Language)}
      items={Object.entries(LANGUAGES)}
    />
  );
}

interface ChoiceProps {
  label: string;
  icon: ReactNode;
  value: string;
  onChange: (value: string) => void;
  items: readonly (readonly [value: string, label: string])[];
}

function Choice({ label, icon, value, onChange, items }: ChoiceProps) {
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={label} title={label}>
          {icon}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuRadioGroup value={value} onValueChange={onChange}>
          {items.map(([item, words]) => (
            <DropdownMenuRadioItem key={item} value={item}>
              {words}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
