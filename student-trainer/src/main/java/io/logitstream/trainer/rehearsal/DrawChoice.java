package io.logitstream.trainer.rehearsal;

/** How older records are drawn. */
public enum DrawChoice {
  /** Every record alike. */
  UNIFORM,
  /** A record that is older by the half-life is half as likely. */
  RECENT,
  /** Every domain alike, and every record of a domain. */
  DOMAINS
}
