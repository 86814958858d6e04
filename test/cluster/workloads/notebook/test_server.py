import pathlib
import tempfile
import unittest

from traitlets.config import Config

from hamilton.extension import link_samples
from hamilton.server import configure
from hamilton.spark_ui import own_location, query_without_token
from hamilton.volume_check import VolumeCheck


class Log:
    def __init__(self):
        self.lines = []

    def warning(self, line, *values):
        self.lines.append(line % values)


class Configuration(unittest.TestCase):
    def setUp(self):
        self.token = pathlib.Path(tempfile.mkdtemp()) / "token"
        self.token.write_text("a-token-of-20-letters\n")

    def configured(self, **environment):
        c = Config()
        configure(c, {"HOME": "/home/spark", "JUPYTER_TOKEN_FILE": str(self.token), **environment})
        return c

    def test_takes_the_token_without_the_newline_at_its_end(self):
        self.assertEqual(self.configured().IdentityProvider.token, "a-token-of-20-letters")

    def test_signs_cookies_with_a_key_of_the_token(self):
        first = self.configured().ServerApp.cookie_secret
        self.assertEqual(self.configured().ServerApp.cookie_secret, first)
        self.token.write_text("another-token-of-20-letters")
        self.assertNotEqual(self.configured().ServerApp.cookie_secret, first)

    def test_refuses_to_start_without_a_token(self):
        for text, reason in (("", "is no token"), ("short", "is no token"), ("with\nlines in it somewhere", "is no token")):
            self.token.write_text(text)
            with self.assertRaisesRegex(SystemExit, reason):
                self.configured()
        for file, reason in (("", "JUPYTER_TOKEN_FILE is not set"), ("/nowhere", "can't be read")):
            with self.assertRaisesRegex(SystemExit, reason):
                self.configured(JUPYTER_TOKEN_FILE=file)

    def test_leaves_the_login_to_a_proxy_only_on_the_pods_own_address(self):
        c = self.configured(HAMILTON_LOGIN="proxy", JUPYTER_TOKEN_FILE="")
        self.assertEqual((c.ServerApp.ip, c.IdentityProvider.token), ("127.0.0.1", ""))
        self.assertEqual(self.configured().ServerApp.ip, "")

    def test_has_a_path_with_a_slash_at_both_ends(self):
        for given, path in (("/", "/"), ("", "/"), ("team", "/team/"), ("/a/b/", "/a/b/")):
            self.assertEqual(self.configured(HAMILTON_BASE_URL=given).ServerApp.base_url, path)

    def test_ends_idle_kernels_also_behind_an_open_page(self):
        manager = self.configured(HAMILTON_CULL_IDLE_SECONDS="120").MappingKernelManager
        self.assertEqual((manager.cull_idle_timeout, manager.cull_interval), (120, 30))
        self.assertTrue(manager.cull_connected)
        self.assertFalse(manager.cull_busy)
        self.assertEqual(self.configured().MappingKernelManager.cull_idle_timeout, 0)

    def test_names_a_variable_that_is_no_number_or_no_switch(self):
        with self.assertRaisesRegex(SystemExit, "HAMILTON_CULL_IDLE_SECONDS is 1h"):
            self.configured(HAMILTON_CULL_IDLE_SECONDS="1h")
        with self.assertRaisesRegex(SystemExit, "HAMILTON_TERMINALS is no"):
            self.configured(HAMILTON_TERMINALS="no")
        with self.assertRaisesRegex(SystemExit, "HAMILTON_LOGIN is none"):
            self.configured(HAMILTON_LOGIN="none")

    def test_gives_terminals_unless_told_otherwise(self):
        self.assertTrue(self.configured().ServerApp.terminals_enabled)
        self.assertFalse(self.configured(HAMILTON_TERMINALS="false").ServerApp.terminals_enabled)


class Samples(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.home, self.samples, self.log = folder / "home", folder / "image", Log()
        self.home.mkdir()
        self.samples.mkdir()

    def test_are_linked_into_the_home_once(self):
        for _ in range(2):
            link_samples(self.home, self.samples, self.log)
        self.assertEqual((self.home / "samples").resolve(), self.samples.resolve())
        self.assertEqual(self.log.lines, [])

    def test_leave_a_folder_alone_that_somebody_made(self):
        (self.home / "samples").mkdir()
        link_samples(self.home, self.samples, self.log)
        self.assertFalse((self.home / "samples").is_symlink())

    def test_mend_a_link_to_where_an_older_image_had_them(self):
        (self.home / "samples").symlink_to("/opt/of-an-older-image")
        link_samples(self.home, self.samples, self.log)
        self.assertEqual((self.home / "samples").resolve(), self.samples.resolve())

    def test_are_missed_with_a_warning_where_the_home_takes_nothing(self):
        link_samples(self.home / "nowhere", self.samples, self.log)
        self.assertIn("can't be linked", self.log.lines[0])


class SparkPages(unittest.TestCase):
    def test_redirect_to_where_the_browser_finds_them(self):
        own = "/team/spark-ui/4041"
        for location, path in (
            ("http://127.0.0.1:4041/jobs/", f"{own}/jobs/"),
            (f"http://127.0.0.1:4041{own}/jobs/", f"{own}/jobs/"),
            (f"{own}/jobs/?a=b", f"{own}/jobs/?a=b"),
            ("/stages/", f"{own}/stages/"),
            ("jobs/", "jobs/"),
        ):
            self.assertEqual(own_location(location, 4041, own), path)

    def test_are_not_told_the_login(self):
        self.assertEqual(query_without_token("id=1&token=abc&x=%20y"), "?id=1&x=%20y")
        self.assertEqual(query_without_token("to%6ben=abc"), "")


class Volumes(unittest.TestCase):
    def test_that_answer_are_no_fault(self):
        self.assertIsNone(VolumeCheck({"harp": tempfile.mkdtemp()}).fault())

    def test_that_are_away_are_named_with_the_reason(self):
        self.assertEqual(VolumeCheck({"harp": "/nowhere"}).fault(), 'the volume "harp" at /nowhere is away: No such file or directory')

    def test_are_asked_only_where_a_text_names_them(self):
        check = VolumeCheck({"harp": "/nowhere"})
        self.assertIsNone(check.fault("a file of /somewhere/else"))
        self.assertIsNotNone(check.fault("Path does not exist: file:/nowhere/trades"))


if __name__ == "__main__":
    unittest.main()
