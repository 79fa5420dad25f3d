// The icons, drawn for this console on a 24 grid with one line width. All are decoration: names are beside them.
import type { ReactNode } from "react";

function Icon({ children, size = 18 }: { children: ReactNode; size?: number | undefined }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor"
      strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

interface Props {
  size?: number;
}

export const Tower = ({ size }: Props) => (
  <Icon size={size}><path d="M6 3v6l2 2v10h8V11l2-2V3h-3v3h-1.500V3h-3v3H9V3z" /><path d="M11 21v-4a1 1 0 0 1 2 0v4" /></Icon>
);
export const Layers = ({ size }: Props) => (
  <Icon size={size}><path d="M12 3 3 8l9 5 9-5z" /><path d="m3 12.500 9 5 9-5" /><path d="m3 17 9 5 9-5" /></Icon>
);
export const Screen = ({ size }: Props) => (
  <Icon size={size}><rect x="3" y="4" width="18" height="12" rx="1.500" /><path d="M8 20h8M12 16v4" /></Icon>
);
export const Search = ({ size }: Props) => (
  <Icon size={size}><circle cx="10.500" cy="10.500" r="6.500" /><path d="m20 20-4.800-4.800" /></Icon>
);
export const People = ({ size }: Props) => (
  <Icon size={size}><circle cx="9" cy="8" r="3.500" /><path d="M3 20c0-4 2.500-6 6-6s6 2 6 6M16 5a3.500 3.500 0 0 1 0 6.500M18 14.500c2 .8 3 2.700 3 5.500" /></Icon>
);
export const Book = ({ size }: Props) => (
  <Icon size={size}><path d="M6 3h13v18H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z" /><path d="M8 8h7M8 12h7M8 16h4" /></Icon>
);
export const Sun = ({ size }: Props) => (
  <Icon size={size}><circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400" /></Icon>
);
export const Moon = ({ size }: Props) => <Icon size={size}><path d="M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z" /></Icon>;
export const Copy = ({ size }: Props) => (
  <Icon size={size}><rect x="9" y="9" width="11" height="11" rx="2" /><path d="M5 15H4V5a1 1 0 0 1 1-1h10v1" /></Icon>
);
export const Check = ({ size }: Props) => <Icon size={size}><path d="m5 12.500 4.500 4.500L19 7.500" /></Icon>;
export const Cross = ({ size }: Props) => <Icon size={size}><path d="M6 6l12 12M18 6 6 18" /></Icon>;
export const Plus = ({ size }: Props) => <Icon size={size}><path d="M12 5v14M5 12h14" /></Icon>;
export const Warning = ({ size }: Props) => <Icon size={size}><path d="M12 4 2.500 20h19z" /><path d="M12 10v4.500M12 17.300v.1" /></Icon>;
export const Gap = ({ size }: Props) => <Icon size={size}><path d="M3 12h4M17 12h4M10 8l4 8M14 8l-4 8" /></Icon>;
export const Chevron = ({ size }: Props) => <Icon size={size}><path d="m9 6 6 6-6 6" /></Icon>;
export const Network = ({ size }: Props) => <Icon size={size}><circle cx="12" cy="12" r="8.500" /><path d="M3.500 12h17M12 3.500c3 3 3 14 0 17M12 3.500c-3 3-3 14 0 17" /></Icon>;
export const File = ({ size }: Props) => <Icon size={size}><path d="M7 3h7l4 4v14H7z" /><path d="M14 3v4h4" /></Icon>;
export const Terminal = ({ size }: Props) => <Icon size={size}><rect x="3" y="4" width="18" height="16" rx="2" /><path d="m7 9 3 3-3 3M13 15h4" /></Icon>;
export const Cog = ({ size }: Props) => <Icon size={size}><rect x="5" y="5" width="14" height="14" rx="3" /><path d="M9 9h6v6H9z" /></Icon>;
export const Sliders = ({ size }: Props) => <Icon size={size}><path d="M4 7h9M17 7h3M4 12h3M11 12h9M4 17h7M15 17h5" /><circle cx="15" cy="7" r="2" /><circle cx="9" cy="12" r="2" /><circle cx="13" cy="17" r="2" /></Icon>;
export const Play = ({ size }: Props) => <Icon size={size}><path d="M7 4.500v15l12-7.500z" /></Icon>;
export const Home = ({ size }: Props) => <Icon size={size}><path d="m3 11 9-7 9 7v9h-6v-6H9v6H3z" /></Icon>;
export const Bell = ({ size }: Props) => <Icon size={size}><path d="M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4" /></Icon>;
export const Target = ({ size }: Props) => <Icon size={size}><circle cx="12" cy="12" r="8.500" /><circle cx="12" cy="12" r="4" /><path d="M12 1.500v4M12 18.500v4M1.500 12h4M18.500 12h4" /></Icon>;
export const Pulse = ({ size }: Props) => <Icon size={size}><path d="M3 12h4l2.500-7 5 14 2.500-7h4" /></Icon>;
export const Bolt = ({ size }: Props) => <Icon size={size}><path d="M13 3 5 13.500h6L11 21l8-10.500h-6z" /></Icon>;
export const Flag = ({ size }: Props) => <Icon size={size}><path d="M6 21V4M6 4h11l-2.500 4 2.500 4H6" /></Icon>;
