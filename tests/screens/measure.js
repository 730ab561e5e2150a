/* Measures the page as it stands. Returns a list of faults, each naming its element. Runs in the page, by page.evaluate. */
() => {
  const faults = [];
  const dialog = document.querySelector("dialog[open]");
  const scope = dialog ?? document.body;

  const name = (element) => {
    const label = element.getAttribute("aria-label") ?? element.textContent ?? "";
    const kind = element.tagName.toLowerCase() + (element.className ? `.${String(element.className).split(" ").join(".")}` : "");
    return `${kind} "${label.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  };
  const ancestors = (element) => {
    const found = [];
    for (let one = element; one; one = one.parentElement) {
      found.push(one);
    }
    return found;
  };
  const seen = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false })) {
      return false;
    }
    return !ancestors(element).some((one) => one.matches(".unseen, .skip:not(:focus)"));
  };
  /* The part of a rectangle that its scrolling or cutting ancestors let through. */
  const cut = (rect, element) => {
    let { left, top, right, bottom } = rect;
    for (const one of ancestors(element.parentElement)) {
      const style = getComputedStyle(one);
      if (style.overflowX !== "visible" || style.overflowY !== "visible") {
        const box = one.getBoundingClientRect();
        left = Math.max(left, box.left);
        top = Math.max(top, box.top);
        right = Math.min(right, box.right);
        bottom = Math.min(bottom, box.bottom);
      }
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null;
  };
  const layer = (element) =>
    ancestors(element).find((one) => ["fixed", "sticky"].includes(getComputedStyle(one).position)) ?? null;

  /* 1. Nothing scrolls sideways. */
  const width = document.documentElement.clientWidth;
  for (const element of [document.documentElement, ...scope.querySelectorAll("*")]) {
    const style = getComputedStyle(element);
    const scrolls = ["auto", "scroll"].includes(style.overflowX) || element === document.documentElement;
    if (scrolls && element.scrollWidth > element.clientWidth + 1) {
      faults.push(`sideways: ${name(element)} scrolls ${element.scrollWidth - element.clientWidth} px`);
    }
    if (seen(element)) {
      const box = cut(element.getBoundingClientRect(), element);
      if (box && box.right > width + 1) {
        faults.push(`sideways: ${name(element)} sticks out ${Math.round(box.right - width)} px`);
      }
    }
  }

  /* 2. Nothing overlaps: lines of text and controls, within one layer. */
  const CONTROLS = "button, a.button, input:not(.unseen), textarea, img, progress, summary";
  const boxes = [];
  for (const element of scope.querySelectorAll("*")) {
    /* A month out of sight is not laid out: its place is a guess, and what is in it lies over the next one. */
    const laidOut = element.checkVisibility({ contentVisibilityAuto: true });
    if (!laidOut || !seen(element) || element.closest("svg")) {
      continue;
    }
    if (element.matches(CONTROLS)) {
      const box = cut(element.getBoundingClientRect(), element);
      if (box) {
        boxes.push({ element, box });
      }
    }
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && node.textContent.trim() && !element.closest("textarea, option")) {
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const rect of range.getClientRects()) {
          const inner = cut(rect, element.matches(".cut") ? element.firstChild ?? element : element);
          const box = inner && cut(inner, { parentElement: element });
          if (box) {
            boxes.push({ element, box });
          }
        }
      }
    }
  }
  for (const [i, one] of boxes.entries()) {
    for (const other of boxes.slice(i + 1)) {
      const related = one.element.contains(other.element) || other.element.contains(one.element);
      const meant = one.element.closest(".with-button") && one.element.closest(".with-button") === other.element.closest(".with-button");
      if (related || meant || layer(one.element) !== layer(other.element)) {
        continue;
      }
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const tall = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (wide > 2 && tall > 4) {
        faults.push(`overlap: ${name(one.element)} and ${name(other.element)}`);
      }
    }
  }

  /* 3. Text has 4.5:1 against what it stands on. */
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (text) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const ground = (element) =>
    ancestors(element)
      .map((one) => rgba(getComputedStyle(one).backgroundColor))
      .reduceRight((below, colour) => over(colour, below), [255, 255, 255, 1]);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const texts = new Set(boxes.map(({ element }) => element).filter((element) => !element.matches("img, progress, input[type=radio], input[type=checkbox]")));
  for (const element of texts) {
    if (element.closest(":disabled")) {
      continue;
    }
    const below = ground(element);
    const above = over(rgba(getComputedStyle(element).color), below);
    const [dark, bright] = [light(above), light(below)].sort((a, b) => a - b);
    const ratio = (bright + 0.05) / (dark + 0.05);
    if (ratio < 4.5) {
      faults.push(`contrast: ${name(element)} has ${ratio.toFixed(2)}:1`);
    }
  }

  /* 4. What is pressed is 44 by 44 px, unless it stands in a sentence. */
  for (const element of scope.querySelectorAll("button, a, input:not(.unseen), textarea, summary, label.button")) {
    const inSentence = element.matches("a") && element.closest("p, .prose") && !element.closest(".foot-links");
    if (!seen(element) || inSentence) {
      continue;
    }
    const target = element.closest("label") ?? element;
    const { width: wide, height: tall } = target.getBoundingClientRect();
    if (tall < 43.5 || wide < 43.5) {
      faults.push(`target: ${name(element)} is ${Math.round(wide)} × ${Math.round(tall)} px`);
    }
  }

  /* 5. One heading of the first rank, and no text cut off that was not meant to be. */
  const headings = [...document.querySelectorAll("h1")].filter(seen);
  if (headings.length !== 1) {
    faults.push(`heading: ${headings.length} of the first rank`);
  }
  for (const element of scope.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const cuts = style.overflowX === "hidden" || style.overflowX === "clip";
    if (seen(element) && cuts && !element.matches("input, textarea, .cut, .firm, .frame > main") && element.scrollWidth > element.clientWidth + 1) {
      faults.push(`cut off: ${name(element)}`);
    }
  }

  /* 6. No short word of a heading or a button is broken over two lines. A long one may be, at a syllable where the browser knows them. */
  const SHORT = /^\p{L}{2,14}[.,:;?]?$/u;
  for (const element of scope.querySelectorAll("h1, h2, th, button, a.button")) {
    for (const node of seen(element) ? element.childNodes : []) {
      for (const found of node.nodeType === Node.TEXT_NODE ? node.textContent.matchAll(/\S+/g) : []) {
        const range = document.createRange();
        range.setStart(node, found.index);
        range.setEnd(node, found.index + found[0].length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1 && SHORT.test(found[0])) {
          faults.push(`broken: "${found[0]}" in ${name(element)}`);
        }
      }
    }
  }
  return [...new Set(faults)];
}
