/* Looks at the words of the page in a made language. Returns a list of faults. Runs in the page, by page.evaluate. */
(language) => {
  const faults = [];
  const scope = document.querySelector("dialog[open]") ?? document.body;
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });

  /* Text nodes and the attributes that are read aloud, each with its element. */
  const texts = [];
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.textContent.trim() && seen(node.parentElement)) {
      texts.push([node.textContent, node.parentElement, node]);
    }
  }
  for (const element of scope.querySelectorAll("[aria-label], [placeholder], [title], img[alt]")) {
    for (const name of ["aria-label", "placeholder", "title", "alt"]) {
      if (element.getAttribute(name)) {
        texts.push([element.getAttribute(name), element, null]);
      }
    }
  }
  texts.push([document.title, document.head, null]);

  const folded = (text) => text.replace(/\s+/g, " ").trim();

  /* 1. Whatever is said in plain letters is data: told by the worker, typed, a date, a size, a name of a language, a key. */
  const data = [location.origin, "English", "Deutsch", ...window.told, ...[...document.querySelectorAll("input, textarea")].map((field) => field.value)].map(folded);
  const APART = /[\s,.;:()]+/;
  const names = new Set(data.flatMap((one) => one.split(APART)));
  const DATES = /\b((Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Mon|Tue|Wed|Thu|Fri|Sat|Sun|January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|BST|GMT|bytes?|KB|MB|GB)\b/g;
  const raw = (text) => {
    const plain = folded(text);
    if (data.some((one) => one.includes(plain))) {
      return false;
    }
    const rest = plain.replace(DATES, " ");
    return rest.split(APART).some((word) => /[a-z]{2}/i.test(word) && !names.has(word));
  };
  const ours = (element) => element.closest("kbd, [lang]:not(html), .firm, .initials, .name, .five-words, .prose, .typed, .address, pre, code");
  /* What was said to somebody before the language changed stays as it was said. */
  const before = (element) => element.closest("[role=status], [role=alert], .outgoing, .fault, .trouble");
  for (const [text, element] of texts) {
    if (language === "long" && raw(text) && !ours(element) && !before(element)) {
      faults.push(`raw: ${element.tagName.toLowerCase()}.${element.className} "${folded(text).slice(0, 60)}"`);
    }
  }

  if (language === "rtl") {
    /* 2. Nothing sticks out where such a page begins to scroll. */
    for (const element of scope.querySelectorAll("*")) {
      const box = element.getBoundingClientRect();
      if (seen(element) && box.left < -1 && !element.closest(".unseen, .skip, svg")) {
        faults.push(`sideways: ${element.tagName.toLowerCase()}.${element.className} sticks out ${Math.round(-box.left)} px at the left`);
      }
    }
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth + 1) {
      faults.push("sideways: the page scrolls");
    }
    /* 3. Digits that belong together, in groups or with letters, are read from left to right. */
    const TOGETHER = /\+?\d[\d ().:/-]*\d/g;
    for (const [, element, node] of texts) {
      if (!node || element.closest("textarea, .unseen")) {
        continue;
      }
      for (const found of node.textContent.matchAll(TOGETHER)) {
        const at = (offset) => {
          const range = document.createRange();
          range.setStart(node, offset);
          range.setEnd(node, offset + 1);
          return range.getBoundingClientRect();
        };
        const places = [...found[0]].flatMap((sign, i) => (/\d/.test(sign) ? [at(found.index + i)] : []));
        const turned = places.some((place, i) => i > 0 && Math.abs(place.top - places[i - 1].top) < 4 && place.left < places[i - 1].left);
        if (turned) {
          faults.push(`mirrored: "${found[0]}" in ${element.tagName.toLowerCase()}.${element.className}`);
        }
      }
    }
  }
  return [...new Set(faults)];
}
