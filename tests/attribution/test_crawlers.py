import pytest

from attribution.crawlers import is_crawler

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"
)

PEOPLE = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.30.1234",
    f"{IPHONE} Mobile/15E148 Twitter for iPhone/10.62",
    f"{IPHONE} Mobile/15E148 Instagram 350.0.0.20.95 (iPhone15,2; iOS 18_1; it_IT)",
    f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/489.0.0;FBDV/iPhone15,2]",
    f"{ANDROID.format('SM-A546B')} Mobile Safari/537.36 Telegram-Android/11.2.3 (Samsung; Android 14)",
    f"{ANDROID.format('CUBOT X30')} Mobile Safari/537.36",
    f"{ANDROID.format('CUBOT_NOTE_20')} Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 discord/1.0.9 Chrome/128.0.0.0 Safari/537.36",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; it) Presto/2.12 Version/12.16",
)
MACHINES = (
    "",
    "curl/8.5.0",
    "axios/1.7.2",
    "Apache-HttpClient/5.3 (Java/17)",
    "Dalvik/2.1.0 (Linux; U; Android 14)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.24.20.79 A",
    "Twitterbot/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "gotosocial/0.17.0 (+https://example.org)",
    "Lemmy/0.19.5; +https://example.org",
    "SummalyBot/5.1.0",
    "Iframely/1.3.1 (+https://iframely.com/docs/about)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; LinkedInBot/1.0; +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0)",
    f"{ANDROID.format('Nexus 5X')} Mobile Safari/537.36 (compatible; GoogleOther)",
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (compatible; Applebot/0.1)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/150.0.0.0",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0)",
    "Mozilla/5.0 (compatible; Somebody; +https://example.org/about)",
    "meta-externalfetcher/1.1",
    "Mozilla/5.0 (compatible; meta-externalfetcher/1.1)",
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
)


@pytest.mark.parametrize("agent", PEOPLE)
def test_who_reads_inside_an_app_is_a_person(agent):
    assert not is_crawler(agent)


@pytest.mark.parametrize("agent", MACHINES)
def test_what_fetches_a_link_is_a_machine(agent):
    assert is_crawler(agent)
