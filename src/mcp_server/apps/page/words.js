// Numbers and cells as people read them, in the host's language.
const words = (() => {
  let locale = "en";

  const number = (value, digits = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);

  const short = (value) =>
    new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 }).format(value);

  const percent = (share) =>
    new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(share);

  function bytes(count) {
    const step = Math.max(0, Math.min(4, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
    return `${number(count / 1000 ** step, step ? 1 : 0)} ${["bytes", "kB", "MB", "GB", "TB"][step]}`;
  }

  function duration(seconds) {
    if (seconds < 1) return "under a second";
    if (seconds < 90) return `${number(seconds)} s`;
    if (seconds < 5400) return `${number(seconds / 60)} min`;
    return `${number(seconds / 3600, 1)} h`;
  }

  const money = (usd) =>
    usd === null || usd === undefined ? "price not known"
      : usd === 0 ? "free" : new Intl.NumberFormat(locale, {
        style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", maximumFractionDigits: usd < 1 ? 4 : 2,
      }).format(usd);

  const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)$/;

  /** Moments of ISO 8601 without their T and without a midnight; anything else as it is. */
  const moment = (value) =>
    typeof value === "string" ? value.replace(MOMENT, "$1 $2").replace(" 00:00:00", "") : value;

  const cell = (value) =>
    typeof value === "object" && value !== null ? JSON.stringify(value) : String(moment(value));

  const count = (amount, one, many = `${one}s`) => `${number(amount)} ${amount === 1 ? one : many}`;

  function speak(wanted) {
    try {
      locale = Intl.getCanonicalLocales(wanted)[0] || "en";
    } catch { /* a language nobody knows: English stays */ }
  }

  return { number, short, percent, bytes, duration, money, moment, cell, count, speak };
})();
