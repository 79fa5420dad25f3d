export function HuntingPage() { return <p>HuntingPage</p>; }
