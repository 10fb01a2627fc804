"""Example states of “Link to this”."""

from cnnviz.ui.page.copy_link import link_to_this

EXAMPLES = {"the button": link_to_this}
