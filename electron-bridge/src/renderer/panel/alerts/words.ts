/** What the toasts say beside the sidecar's own sentence. */
import { defineWords } from "../i18n/words.js";

export const words = defineWords({
  en: {
    region: "Alerts ({{hotkey}})",
    heartbeatTimeout: "No heartbeat",
    heartbeatRecovered: "Heartbeat is back",
    unhealthy: "Unhealthy",
    restartLimit: "Not restarted any more",
    hostUnreachable: "Host unreachable",
    hostRecovered: "Host is back",
    more_one: "{{count}} more alert",
    more_other: "{{count}} more alerts",
    dismissAll: "Dismiss all",
    show: "Show {{name}}",
  },
  ko: {
    region: "알림 ({{hotkey}})",
    heartbeatTimeout: "하트비트 없음",
    heartbeatRecovered: "하트비트 복구됨",
    unhealthy: "비정상",
    restartLimit: "재시작 중단됨",
    hostUnreachable: "호스트 연결 불가",
    hostRecovered: "호스트 복구됨",
    more_one: "알림 {{count}}개 더 있음",
    more_other: "알림 {{count}}개 더 있음",
    dismissAll: "모두 닫기",
    show: "{{name}} 보기",
  },
});
