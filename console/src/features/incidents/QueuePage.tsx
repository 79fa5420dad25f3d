export function QueuePage() { return <p>QueuePage</p>; }
