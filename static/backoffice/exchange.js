// A file that the server would refuse for its size is refused before it is sent.
{
  const input = document.querySelector("input[type=file][data-largest]");
  input?.addEventListener("change", () => {
    const tooLarge = (input.files[0]?.size ?? 0) > Number(input.dataset.largest);
    input.setCustomValidity(tooLarge ? input.dataset.tooLarge : "");
    input.reportValidity();
  });
}
