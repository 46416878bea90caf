/* What the course adds to JupyterLab in the browser: keep the site for offline use, take work out and in, check all
 * of it, and say how to end a loop that does not end.
 *
 * A federated extension, written by hand: JupyterLab calls `init` with the modules that it shares, then `get`.
 */
"use strict";

(() => {
  let scope;
  const shared = async (name) => (await Object.values(scope[name])[0].get())();
  const NARROW = 700; // px
  const WHILE = 60_000; // ms until the rest is loaded where no Python starts
  const QUIET = 10_000; // ms after the last cell until it is loaded: the first checks need the processor
  const LONG = 60_000; // ms in one cell, until we say what to do if it does not end
  const KERNEL = { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" };

  async function plugin() {
    const [{ Widget }, { INotebookTracker }, { IStatusBar }, { IDocumentManager }, { Dialog, Notification, showDialog }, { PageConfig }] =
      await Promise.all(
        ["@lumino/widgets", "@jupyterlab/notebook", "@jupyterlab/statusbar", "@jupyterlab/docmanager",
         "@jupyterlab/apputils", "@jupyterlab/coreutils"].map(shared),
      );

    /** Show the start page where no document is open, and on a narrow screen nothing beside it. */
    async function openStart({ shell, commands }) {
      if (window.innerWidth < NARROW) {
        shell.collapseLeft();
        for (const side of ["left", "right"]) {
          if (shell.isSideTabBarVisible(side)) shell.toggleSideTabBarVisibility(side);
        }
      }
      const widgets = () => Array.from(shell.widgets("main"));
      if (widgets().some((widget) => widget.context)) return;
      await commands.execute("docmanager:open", { path: "START.md", factory: "Markdown Preview" });
      widgets().forEach((widget) => widget.context ?? widget.close());
    }

    /** Wait until Python has nothing to do in a notebook, or for a while: what that needs is loaded first. */
    function othersFirst(tracker) {
      return new Promise((done) => {
        let timer = setTimeout(done, WHILE);
        tracker.widgetAdded.connect((_, { sessionContext }) => {
          sessionContext.statusChanged.connect((_, status) => {
            clearTimeout(timer);
            timer = setTimeout(done, status === "idle" ? QUIET : WHILE);
          });
        });
      });
    }

    /** Say how to end a cell that takes long. Nothing can interrupt Python here, but it can be started anew. */
    function watchForLoops({ sessionContext }) {
      let timer, notice;
      sessionContext.statusChanged.connect((_, status) => {
        clearTimeout(timer);
        Notification.dismiss(notice);
        if (status === "busy") timer = setTimeout(() => { notice = say(); }, LONG);
      });
      const say = () => Notification.warning(
        "A cell has been running for a minute. If a loop never ends, press Restart, mend it, and run the cells again.",
        { autoClose: false, actions: [{ label: "Restart", callback: () => sessionContext.restartKernel() }] },
      );
    }

    /** Let a save end before the next begins: JupyterLab asks whose change the unfinished one is ("File Changed"). */
    function saveInTurn(context) {
      const save = context.save.bind(context);
      let last = Promise.resolve();
      context.save = () => {
        const saved = last.then(save);
        last = saved.catch(() => {});
        return saved;
      };
    }

    /** Show in the status bar how much of the site is kept. */
    async function keepOffline(statusBar, others) {
      const item = new Widget();
      item.addClass("jp-StatusBar-TextItem");
      item.node.setAttribute("role", "status");
      statusBar.registerStatusItem("course:offline", { item, align: "right", rank: 1 });
      const say = (text) => { item.node.textContent = text; };
      const megabytes = (bytes) => Math.round(bytes / 1e6);
      try {
        const { start, keepAll } = await import(`${PageConfig.getBaseUrl()}offline.js`);
        if (!(await start(PageConfig.getOption("appVersion")))) return;
        await navigator.storage?.persist?.();
        await others;
        const whole = await keepAll((bytes, all) => {
          say(`Loading for offline use: ${megabytes(bytes)} of ${megabytes(all)} MB`);
        });
        say(whole ? "Ready for offline use" : "Not all of the course could be kept for offline use");
      } catch {
        say("No network: reload the page to load the rest of the course");
      }
    }

    /** Give the notebook to the student as a file with the name that is handed in. */
    async function download(tracker) {
      const { context } = tracker.currentWidget;
      await context.save();
      const notebook = context.model.toJSON();
      notebook.metadata.kernelspec = KERNEL; // that of an ordinary JupyterLab
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(notebook, null, 1)], { type: "application/json" }));
      link.download = context.path.split("/").pop();
      link.click();
      URL.revokeObjectURL(link.href);
    }

    /** Put a file of the student in the place of the open notebook. */
    async function open(tracker) {
      const { context } = tracker.currentWidget;
      const picker = Object.assign(document.createElement("input"), { type: "file", accept: ".ipynb" });
      picker.click();
      await new Promise((done) => picker.addEventListener("change", done, { once: true }));
      const content = await picker.files[0].text().then(JSON.parse).catch(() => null);
      if (!Array.isArray(content?.cells)) {
        Notification.error(
          `${picker.files[0].name} is no notebook. Choose the file that "Download my work" gave you.`,
          { autoClose: false }, // else it hides behind the bell
        );
        return;
      }
      const asked = await showDialog({
        title: "Open my work",
        body: `What stands in ${context.path} is replaced by the file ${picker.files[0].name}.`,
        buttons: [Dialog.cancelButton(), Dialog.okButton({ label: "Replace" })],
      });
      if (!asked.button.accept) return;
      await context.save();
      context.model.fromJSON(content);
      await context.save();
      Notification.success(`${picker.files[0].name} is open.`, { autoClose: 3000 });
    }

    /** Save the notebook, run all of it from the start in its own Python, and show which checks fail. */
    async function validate(tracker) {
      const { context, sessionContext } = tracker.currentWidget;
      await context.save();
      await sessionContext.ready;
      const sources = context.model.toJSON().cells.map((cell) => [cell.source].flat().join(""));
      const modules = new Set(sources.flatMap((s) => Array.from(s.matchAll(/^ *(?:import|from) +(\w+)/gm), (m) => m[1])));
      const code = [ // Pyodide loads what it sees here
        "if False:", ...Array.from(modules, (name) => `    import ${name}`), "    pass",
        "from check_all import check_all", `check_all(${JSON.stringify(context.path.split("/").pop())})`,
      ].join("\n");
      const body = new Widget({ node: document.createElement("pre") });
      body.node.style.cssText = "white-space: pre-wrap; overflow-wrap: anywhere"; // a phone is narrower than the lines
      const request = sessionContext.session.kernel.requestExecute({ code, store_history: false });
      request.onIOPub = ({ header, content: { text, ename, evalue } }) => {
        if (header.msg_type === "stream") body.node.textContent += text;
        if (header.msg_type === "error") body.node.textContent += `${ename}: ${evalue}`;
      };
      await request.done;
      await showDialog({ title: "Validation results", body, buttons: [Dialog.okButton()] });
    }

    return {
      id: "course:plugin",
      autoStart: true,
      requires: [INotebookTracker, IDocumentManager],
      optional: [IStatusBar],
      activate: (app, tracker, documents, statusBar) => {
        const isEnabled = () => tracker.currentWidget !== null;
        const isWork = () => isEnabled() && !tracker.currentWidget.context.path.startsWith("lessons/");
        app.commands.addCommand("course:validate", { label: "Validate", isEnabled: isWork, execute: () => validate(tracker) });
        app.commands.addCommand("course:download", { label: "Download my work", isEnabled, execute: () => download(tracker) });
        app.commands.addCommand("course:open", { label: "Open my work", isEnabled, execute: () => open(tracker) });
        app.restored.then(() => openStart(app));
        tracker.widgetAdded.connect((_, panel) => {
          saveInTurn(panel.context);
          watchForLoops(panel);
        });
        const others = othersFirst(tracker);
        if (statusBar) app.restored.then(() => keepOffline(statusBar, others));
      },
    };
  }

  (globalThis._JUPYTERLAB ??= {}).course = {
    init: (given) => { scope = given; },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
