// What a careful eye would find fault with. Each gives the elements in question, as text.
({
  /** Cut off, or scrolled sideways, but for what scrolls by itself. */
  tooWide: () => [...document.querySelectorAll("#page *")]
    .filter((each) => !each.closest(".scroll") || each.matches(".scroll"))
    .filter((each) => !each.matches(".hidden") && each.getClientRects().length)
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5)
    .map((each) => each.outerHTML.slice(0, 120)),

  /** Text whose contrast with its ground is below 4.5 (WCAG 2.2, 1.4.3). */
  pale: () => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgb = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const light = (colour) => [0.2126, 0.7152, 0.0722]
      .reduce((sum, weight, n) => sum + weight * linear(colour[n] / 255), 0);
    const ground = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const colour = rgb(getComputedStyle(each).backgroundColor);
        if (colour[3] === 255) return colour;
      }
      return [255, 255, 255];
    };
    const says = (each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return [...document.querySelectorAll("#page *")]
      .filter((each) => !each.disabled && each.getClientRects().length && says(each))
      .map((each) => {
        const { color, opacity } = getComputedStyle(each);
        const back = ground(each);
        const front = rgb(color).map((part, n) => part * opacity + back[n] * (1 - opacity));
        const [dark, bright] = [light(front), light(back)].sort((a, b) => a - b);
        const ratio = (bright + 0.05) / (dark + 0.05);
        return ratio < 4.5 ? `${ratio.toFixed(2)} ${each.outerHTML.slice(0, 90)}` : null;
      })
      .filter(Boolean);
  },

  /** What a screen reader could not name. */
  nameless: () => [...document.querySelectorAll("input, select, textarea, button, [role=region], [role=img]")]
    .filter((each) => !each.getAttribute("aria-label") && !(each.matches("button") && each.textContent.trim()))
    .filter((each) => ![...(each.labels || [])].some((label) => label.textContent.trim()))
    .map((each) => each.outerHTML.slice(0, 120)),
})
