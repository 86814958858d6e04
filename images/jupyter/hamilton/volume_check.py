"""Whether mounted volumes answer. A file server that is away can hold a question for minutes, so each is asked in a thread
of its own, and a thread that is held is not asked again."""

import os
import threading


class VolumeCheck:
    """Asks the volumes of this notebook, without ever waiting longer than it is told to."""

    def __init__(self, volumes):
        self._volumes = dict(volumes)
        self._asking = {}

    def fault(self, text=None, seconds=5.0):
        """What is wrong with a volume, as a sentence, or None.

        :param text: asks only volumes whose folder is named in it; all of them by default
        :param seconds: how long an answer may take
        """
        asked = [(name, path) for name, path in self._volumes.items() if text is None or path in text]
        for name, path in asked:
            reason = self._ask(name, path, seconds)
            if reason is not None:
                return f'the volume "{name}" at {path} is away: {reason}'
        return None

    def _ask(self, name, path, seconds):
        thread, answer = self._asking.get(name, (None, None))
        if thread is None or not thread.is_alive():
            answer = []
            thread = threading.Thread(target=_answer, args=(path, answer), daemon=True, name=f"hamilton-volume-{name}")
            self._asking[name] = (thread, answer)
            thread.start()
        thread.join(seconds)
        return f"it has not answered for {seconds:.0f} s" if thread.is_alive() else answer[0]


def _answer(path, answer):
    try:
        with os.scandir(path) as entries:
            next(entries, None)
        answer.append(None)
    except OSError as error:
        answer.append(error.strerror or str(error))
