// Scrolls the list on until so many rows have passed. Returns the seconds, the milliseconds of each frame, and the
// largest number of rows that were in the page.
async target => {
  const frame = document.querySelector(".table-frame");
  const height = document.querySelector(".table-row").getBoundingClientRect().height;
  const frames = [];
  const begun = performance.now();
  let last = begun, rows = 0;
  while (frame.scrollTop + frame.clientHeight < target * height) {
    frame.scrollTop += 1500;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
    if (frames.length % 10 === 0) rows = Math.max(rows, document.querySelectorAll(".table-row").length);
    if (now - begun > 180_000) throw new Error(`only ${Math.round(frame.scrollTop / height)} rows in three minutes`);
  }
  return { seconds: (last - begun) / 1000, frames, rows };
}
