import type { BrowserContext, Page } from "playwright-core";

/** The notebook on top; others may be open behind it. */
const panel = ".jp-NotebookPanel:not(.lm-mod-hidden)";
const launcherTile = '.jp-LauncherCard[data-category="Notebook"]';
const errorOutput =
  '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]';

/** JupyterLab as a person sees it: one tab of a browser. */
export class JupyterLab {
  private constructor(readonly tab: Page) {}

  /** Opens a page of a notebook server in a new tab; the login page where it asks for one. */
  static async open(context: BrowserContext, address: string): Promise<JupyterLab> {
    const tab = await context.newPage();
    await tab.goto(address);
    return new JupyterLab(tab);
  }

  /** Whether the server asks who it is. */
  async asksForLogin(): Promise<boolean> {
    return (await this.tab.locator("#password_input").count()) > 0;
  }

  /** Types the token into the login page. */
  async logIn(token: string): Promise<void> {
    await this.tab.fill("#password_input", token);
    await this.tab.click("#login_submit");
    await this.tab.waitForLoadState("load");
  }

  /** Runs every cell of the open notebook and waits until the last one has run, or one has failed. */
  async runAllCells(timeout: number): Promise<void> {
    const { tab } = this;
    await this.waitForKernel();
    await tab.getByRole("menuitem", { name: "Run", exact: true }).click();
    await tab.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
    const prompts = tab.locator(`${panel} .jp-CodeCell .jp-InputPrompt`);
    const errors = tab.locator(`${panel} ${errorOutput}`);
    const ended = async () => {
      const texts = await prompts.allInnerTexts();
      const ran = texts.filter((text) => /\[\d+\]/.test(text)).length;
      return (
        ran > 0 && !texts.some((text) => text.includes("*")) && (ran === texts.length || (await errors.count()) > 0)
      );
    };
    for (const until = Date.now() + timeout; !(await ended()); await tab.waitForTimeout(250))
      if (Date.now() > until)
        throw new Error(`cells still run after ${timeout} ms:\n${(await this.outputs()).join("\n")}`);
  }

  /** Waits for the launcher with its tiles. */
  async waitForLauncher(): Promise<void> {
    await this.tab.locator(launcherTile).first().waitFor({ timeout: 60_000 });
  }

  /** Opens a new notebook with the launcher's tile, as a person does, and waits until its kernel is there. */
  async openNewNotebook(): Promise<void> {
    await this.tab.locator(launcherTile).first().click({ timeout: 60_000 });
    await this.waitForKernel();
  }

  /** Types code into the last cell and runs it; gives what it prints, or its error, once it has ended. */
  async runCell(code: string, timeout: number): Promise<string> {
    const cell = this.tab.locator(`${panel} .jp-CodeCell`).last();
    await cell.locator(".cm-content").click();
    await this.tab.keyboard.insertText(code);
    const number = await this.tab.locator(`${panel} .jp-CodeCell`).count();
    await this.tab.keyboard.press("Shift+Enter");
    const ran = this.tab.locator(`${panel} .jp-CodeCell`).nth(number - 1);
    await ran.locator(".jp-InputPrompt", { hasText: /\[\d+\]/ }).waitFor({ timeout });
    return (await ran.locator(".jp-OutputArea-output").allInnerTexts()).join("\n");
  }

  private async waitForKernel(): Promise<void> {
    await this.tab.locator(`${panel} .jp-CodeCell`).first().waitFor({ timeout: 60_000 });
    // The notebook's own indicator says "idle" before there is a kernel, and JupyterLab starts a second kernel for a cell
    // that is run before the first one is known to it. The status bar tells them apart.
    await this.tab
      .locator("#jp-main-statusbar")
      .getByText(/^Python 3 .*\| Idle$/)
      .waitFor({ timeout: 120_000 });
  }

  /** The errors that cells show. */
  async errors(): Promise<readonly string[]> {
    return this.tab.locator(`${panel} ${errorOutput}`).allInnerTexts();
  }

  /** What the cells print, and their errors. */
  async outputs(): Promise<readonly string[]> {
    return this.tab.locator(`${panel} .jp-OutputArea-output`).allInnerTexts();
  }

  /** Brings the last picture into view. */
  async scrollToPlot(): Promise<void> {
    await this.tab.locator(`${panel} .jp-RenderedImage img`).last().scrollIntoViewIfNeeded();
  }

  /** How many pictures the cells show. */
  async plots(): Promise<number> {
    return this.tab.locator(`${panel} .jp-RenderedImage img`).count();
  }
}
