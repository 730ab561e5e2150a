/** Starts the inbox in the page: the views, the worker behind them, the clock and the zone. */

import { start } from "./views/start.tsx";
import "./style/all.css";

const root = document.getElementById("inbox");
if (root) {
  start(root, {
    whole: () => import("./whole.ts"),
    now: () => Math.floor(Date.now() / 1000),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
}
