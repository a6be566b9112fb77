const byteUnits = ["bytes", "kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes in decimal units, as the configuration counts them: `211 MB`, `1.25 GB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 999.5 && unit < byteUnits.length - 1) {
    amount /= 1000;
    unit++;
  }
  const digits = unit === 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  return `${amount.toFixed(digits)} ${byteUnits[unit]}`;
}

/** A whole number with thousands separators: `1,234,567`. */
export function formatCount(count: number): string {
  // toLocaleString takes 10 ms when it is first called.
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 row`, `2 rows`. */
export function counted(count: number, unit: string): string {
  return `${formatCount(count)} ${count === 1 ? unit : `${unit}s`}`;
}

/** A rate or a large amount with three digits: `950`, `12.3 k`, `4.56 M`. */
export function formatShort(amount: number): string {
  const power = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(amount, 1) * 1.0005) / 3)));
  const scaled = amount / 1000 ** power;
  const digits = power === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${scaled.toFixed(digits)}${["", " k", " M", " G"][power]}`;
}

/** A duration as people say it: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A share of one: `42 %`. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}
