/** Starts the inbox in the page: the views, the worker behind them, the clock and the zone. */

import { start } from "./views/start.tsx";
import "./style/all.css";

const root = document.getElementById("inbox");
/** Asked for once, and not before the first page is drawn. */
let zone = "";
const surroundings = {
  whole: () => import("./whole.ts"),
  now: () => Math.floor(Date.now() / 1000),
  get zone() {
    zone ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
    return zone;
  },
};
if (root) {
  start(root, surroundings);
  // The first question takes a phone longer than drawing the first page: a task of its own, while the rest is being fetched.
  setTimeout(() => surroundings.zone);
}
