"""The tokens of a crawl, which the download handler uses and Leasing sets aside."""

from scrapy.crawler import Crawler

from rankcrawler.gateways import gateway
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.options import Options


class Tokens(Keyring):
    """A keyring that Scrapy holds, so that several components find the same one."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Tokens":
        """The tokens that the settings name; raises SettingError where they name none."""
        return cls(gateway.tokens(Options.of(crawler.settings)))
