const button = document.querySelector("button");
button.addEventListener("click", () => {
  button.setAttribute("aria-pressed", "true");
  button.textContent = "Pressed";
});
