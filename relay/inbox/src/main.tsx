/** Starts the inbox in the page. */

import { render } from "preact";

const root = document.getElementById("inbox");
if (root) {
  render(<h1>Quietbox</h1>, root);
}
