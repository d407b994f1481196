/** When a server is restarted by itself, how often, and after which delays. */
import { ChoiceSetting, TextSetting } from "./controls.js";

/** The policy, and its details where they count. */
export function RestartSettings({ detailed }: { detailed: boolean }) {
  return (
    <>
      <ChoiceSetting
        entry="policy"
        label="settings.policy"
        help="settings.policy-help"
        choices={{
          never: "settings.policy-never",
          "on-failure": "settings.policy-on-failure",
          always: "settings.policy-always",
        }}
      />
      {detailed && (
        <>
          <TextSetting
            nested
            entry="max"
            label="settings.max"
            help="settings.max-help"
            inputMode="numeric"
            unit="settings.restarts"
          />
          <TextSetting
            nested
            entry="window"
            label="settings.window"
            help="settings.window-help"
            inputMode="decimal"
            unit="settings.seconds"
          />
          <TextSetting
            nested
            entry="first"
            label="settings.first"
            help="settings.first-help"
            inputMode="decimal"
            unit="settings.seconds"
          />
          <TextSetting
            nested
            entry="factor"
            label="settings.factor"
            help="settings.factor-help"
            inputMode="decimal"
            unit="settings.times"
          />
          <TextSetting
            nested
            entry="longest"
            label="settings.longest"
            help="settings.longest-help"
            inputMode="decimal"
            unit="settings.seconds"
          />
        </>
      )}
    </>
  );
}
