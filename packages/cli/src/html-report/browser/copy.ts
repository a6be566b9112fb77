/** Lets buttons copy a text of the page; where the browser does not allow it, the text is selected instead. */
export function enableCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.addEventListener("click", () => {
      const source = document.getElementById(button.dataset["copy"]!)!;
      const say = (text: string): void =>
        void (button.parentElement!.querySelector("output")!.textContent = text);
      const select = (): void => {
        getSelection()?.selectAllChildren(source);
        say("Selected: copy it with the keyboard");
      };
      // Files opened from a disk have no clipboard in some browsers.
      const clipboard = navigator.clipboard as Clipboard | undefined;
      if (!clipboard) return select();
      void clipboard.writeText(source.innerText).then(() => say("Copied"), select);
    });
  }
}
