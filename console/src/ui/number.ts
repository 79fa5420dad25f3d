// Numbers as text: grouped digits, and the noun in the right form.

const grouped = new Intl.NumberFormat("en");

export function number(value: number): string {
  return grouped.format(value);
}

export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}
