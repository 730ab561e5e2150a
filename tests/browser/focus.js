/* What is wrong with how the focus is shown, or "": it has a ring that stands out, is in view, and nothing covers it. Runs in the page, by page.evaluate. */
() => {
  const active = document.activeElement;
  /* A heading takes the focus so that reading begins there; it is no control. */
  if (!active || active === document.body || active.matches("h1[tabindex='-1']")) {
    return "";
  }
  const shown = active.matches(".unseen") ? active.closest("label") : active;
  const told = `${shown.tagName.toLowerCase()}.${shown.className} "${(shown.textContent ?? "").trim().slice(0, 40)}"`;

  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (text) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const grounds = [];
  for (let one = shown.parentElement; one; one = one.parentElement) {
    grounds.push(rgba(getComputedStyle(one).backgroundColor));
  }
  const ground = grounds.reduceRight((below, colour) => over(colour, below), [255, 255, 255, 1]);

  const style = getComputedStyle(shown);
  if (style.outlineStyle === "none" || Number.parseFloat(style.outlineWidth) < 2) {
    return `${told} shows no ring`;
  }
  const [dark, bright] = [light(over(rgba(style.outlineColor), ground)), light(ground)].sort((a, b) => a - b);
  if ((bright + 0.05) / (dark + 0.05) < 3) {
    return `${told} has a ring that does not stand out`;
  }

  const box = shown.getClientRects()[0];
  if (!box || box.width < 1 || box.height < 1) {
    return `${told} cannot be seen`;
  }
  const inView = box.top > -2 && box.left > -2 && box.bottom < innerHeight + 2 && box.right < innerWidth + 2;
  if (!inView && box.height < innerHeight / 2) {
    return `${told} is not in view: ${Math.round(box.top)} to ${Math.round(box.bottom)} of ${innerHeight}`;
  }
  const [left, right] = [Math.max(box.left, 0) + 4, Math.min(box.right, innerWidth) - 4];
  const [top, bottom] = [Math.max(box.top, 0) + 4, Math.min(box.bottom, innerHeight) - 4];
  const middle = [(left + right) / 2, (top + bottom) / 2];
  for (const [x, y] of [middle, [middle[0], top], [middle[0], bottom]]) {
    const hit = document.elementFromPoint(x, y);
    if (hit && !shown.contains(hit) && !hit.contains(shown)) {
      return `${told} is covered by ${hit.tagName.toLowerCase()}.${hit.className}`;
    }
  }
  return "";
}
