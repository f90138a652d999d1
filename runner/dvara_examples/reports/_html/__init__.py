"""The parts of the HTML report: what is shown (`views`), where it is drawn (`lanes`), and how the page is built (`page`)."""
