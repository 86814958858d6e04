# Every IPython of the image, kernel or terminal, has `spark` and the platform's messages.
c = get_config()  # noqa: F821 - IPython defines it
c.InteractiveShellApp.extensions = ["hamilton.kernel"]
