"""Example states of “Link to this”."""

from cnnviz.ui.page.copy_link import link_to_this

EXAMPLES = {"the button": lambda key: link_to_this(key)}
