/** There is no cluster that the agent could talk to, as it was told. The message names the flag and the remedy. */
export class KubeConfigError extends Error {
  override name = "KubeConfigError";
  /** `--kubeconfig /etc/lintel/kubeconfig`, or `in-cluster`. */
  readonly subject: string;
  readonly remedy: string;

  constructor(subject: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${subject}: ${problem}; ${remedy}`, options);
    this.subject = subject;
    this.remedy = remedy;
  }
}
