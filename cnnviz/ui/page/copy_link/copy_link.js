// Copies the page's address. Without a clipboard (plain http from another machine) it shows the address to copy by hand.
export default function ({ parentElement }) {
  const button = parentElement.querySelector(".copy_link");
  button.onclick = async () => {
    const address = window.location.href;
    try {
      await navigator.clipboard.writeText(address);
      button.textContent = "Link copied";
    } catch {
      window.prompt("Copy this link", address);
    }
    clearTimeout(button.timer);
    button.timer = setTimeout(() => (button.textContent = "Link to this"), 2000);
  };
  return () => clearTimeout(button.timer);
}
