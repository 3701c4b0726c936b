// The faults of the layout of a page as it is: too wide, or controls that are outside of the window or covered.
() => {
  const found = [], root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    found.push(`${root.scrollWidth - root.clientWidth} pixels too wide`);
  const content = document.querySelector("#content > div:last-of-type");
  if (content && content.scrollWidth > content.clientWidth + 1)
    found.push(`the content is ${content.scrollWidth - content.clientWidth} pixels too wide`);
  const name = one => (one.getAttribute("aria-label") || one.textContent || one.name || one.tagName).trim().slice(0, 60);
  const dialog = [...document.querySelectorAll("[role=dialog]")].filter(one => one.checkVisibility()).at(-1);
  for (const one of (dialog ?? document).querySelectorAll("a:not(.skip), button, input:not([type=hidden]), select, textarea")) {
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const box = one.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (box.width < 2 || box.height < 2 || y < 0 || y > innerHeight) continue;
    let clipped = false;
    for (let parent = one.parentElement; parent; parent = parent.parentElement) {
      if (getComputedStyle(parent).overflow === "visible") continue;
      const frame = parent.getBoundingClientRect();
      clipped ||= x < frame.left || x > frame.right || y < frame.top || y > frame.bottom;
    }
    if (clipped) continue;
    if (x < 0 || x > innerWidth) { found.push(`${name(one)} is outside of the window`); continue; }
    const top = document.elementFromPoint(x, y), label = one.closest("label") ?? one;
    const same = top && (one.contains(top) || top.contains(one) || label.contains(top));
    if (!same && top && !top.closest(".frozen, .table-head, .save-bar, [role=menu], [role=listbox], [class*=Input-section]"))
      found.push(`${name(one)} is covered by ${name(top)}`);
  }
  return found;
}
