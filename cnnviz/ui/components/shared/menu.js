// On a phone the menu lies over the page. Streamlit 1.67 leaves it open when a page was chosen, where its place on wide
// screens is the top; no setting closes it.

const MENU_OVER_PAGE = "(max-width: 768px)"; // where Streamlit lays it over the page

/** Closes the menu when one of its links was clicked. @param {MouseEvent} event */
export function closeMenu({ target }) {
  const isChoice = target instanceof Element && target.closest('[data-testid="stSidebarNavLink"]');
  if (!isChoice || !window.matchMedia(MENU_OVER_PAGE).matches) return;
  const button = document.querySelector('[data-testid="stSidebarCollapseButton"] button');
  setTimeout(() => button instanceof HTMLElement && button.click()); // after the link has been followed
}
