export function DevicesPage() { return <p>DevicesPage</p>; }
