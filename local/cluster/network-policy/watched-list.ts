import {
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  ListWatch,
  Watch,
} from "@kubernetes/client-node";

/** All objects of one kind, kept current by a watch that is taken up again, from a new list, whenever it breaks. */
export class WatchedList<T extends KubernetesObject> {
  private current?: ListWatch<T>;
  private objects: readonly T[] | undefined;
  private retry?: NodeJS.Timeout;

  /**
   * @param path the list's URL path, as the API names it
   * @param list fetches the whole list
   * @param changed called after every change, and after each new list
   */
  constructor(
    private readonly config: KubeConfig,
    private readonly path: string,
    private readonly list: () => Promise<KubernetesListObject<T>>,
    private readonly changed: () => void,
  ) {}

  /** The objects as last seen; `undefined` until the first list has arrived. While a watch is broken, the old ones stand. */
  get(): readonly T[] | undefined {
    return this.objects;
  }

  /** Begins a new list and a new watch; the old watch ends once the new list is there. */
  async restart(): Promise<void> {
    clearTimeout(this.retry);
    const previous = this.current;
    const informer = new ListWatch<T>(this.path, new Watch(this.config), this.list, false);
    this.current = informer;
    const take = (): void => {
      if (this.current !== informer || !informer.latestResourceVersion()) return;
      this.objects = [...informer.list()];
      this.changed();
    };
    informer.on("change", take);
    const broke = (error: unknown): void => {
      if (this.current !== informer) return;
      console.error(`watch of ${this.path} broke: ${String(error)}`);
      clearTimeout(this.retry);
      this.retry = setTimeout(() => void this.restart(), 500);
    };
    informer.on("error", broke);
    await informer.start().catch(broke);
    await previous?.stop();
    take();
  }
}
