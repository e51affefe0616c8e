import { Subtitle1, Text, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  ArrowBidirectionalUpDownRegular,
  ArrowTrendingDownRegular,
  ArrowTrendingRegular,
  CheckmarkCircleRegular,
} from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { ExactTime } from "@/ui/Time";
import type { Comparison } from "../queries";

const useStyles = makeStyles({
  root: {
    display: "flex",
    gap: "14px",
    alignItems: "center",
    padding: "14px 16px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderLeftWidth: "5px",
    backgroundColor: tokens.colorNeutralBackground1,
  },
  text: { display: "flex", flexDirection: "column", gap: "2px" },
  title: { margin: 0 },
  icon: { fontSize: "32px", display: "inline-flex" },
  quiet: { color: tokens.colorNeutralForeground2 },
  weakens: { borderLeftColor: tokens.colorStatusDangerBorder2 },
  strengthens: { borderLeftColor: tokens.colorStatusSuccessBorder2 },
  both: { borderLeftColor: tokens.colorStatusWarningBorder2 },
  neutral: { borderLeftColor: tokens.colorNeutralStrokeAccessible },
});

const WORDS: Record<Comparison["direction"], { title: string; text: string; icon: ReactNode }> = {
  weakens: {
    title: "Weakens",
    text: "Sign-ins lost protection, and none gained any.",
    icon: <ArrowTrendingDownRegular />,
  },
  strengthens: {
    title: "Strengthens",
    text: "Sign-ins gained protection, and none lost any.",
    icon: <ArrowTrendingRegular />,
  },
  both: {
    title: "Weakens and strengthens",
    text: "Some sign-ins lost protection, others gained it.",
    icon: <ArrowBidirectionalUpDownRegular />,
  },
  neutral: {
    title: "Neutral",
    text: "No sign-in is protected otherwise than before.",
    icon: <CheckmarkCircleRegular />,
  },
};

/** What the change does to protection, in a word, an icon and a sentence. */
export function Direction({ comparison }: { comparison: Comparison }) {
  const styles = useStyles();
  const { title, text, icon } = WORDS[comparison.direction];
  const open = [...comparison.lost, ...comparison.gained].some((shift) => shift.not_decided);
  return (
    <section className={mergeClasses(styles.root, styles[comparison.direction])} aria-label="Direction">
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <div className={styles.text}>
        <Subtitle1 as="h2" className={styles.title}>
          {title}
        </Subtitle1>
        <Text>
          {text}
          {open && " For some policies it could not be decided; see below."}
        </Text>
        <Text size={200} className={styles.quiet}>
          From <ExactTime at={comparison.before.taken_at} /> to <ExactTime at={comparison.after.taken_at} />
        </Text>
      </div>
    </section>
  );
}
