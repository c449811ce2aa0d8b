"""A person clicks through the demo site; it knows only what a person sees."""

import re

from playwright.sync_api import Browser, Page, expect


def heading(page: Page, name: str | re.Pattern[str]) -> None:
    """Expect the page's main heading."""
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_from_the_dashboard_to_a_lease(page: Page) -> None:
    page.goto("/")
    heading(page, "Good morning")
    expect(page.locator("#leases tbody tr")).to_have_count(5)
    expect(page.locator("#requests li")).to_have_count(10)
    expect(page.locator("#properties article")).to_have_count(10)
    expect(page.get_by_text("Tuesday, 16 December 2025")).to_be_visible()

    row = page.locator("#leases tbody tr").first
    tenant = row.get_by_role("link").inner_text()
    row.get_by_role("link").click()
    heading(page, re.compile(f"^{re.escape(tenant)} at "))
    expect(page.locator("#tenant")).to_contain_text(tenant)
    expect(page.locator("#home")).to_contain_text("Looked after by")
    expect(page.locator(".badge", has_text="Active")).to_be_visible()


def test_search_and_pagination_of_properties(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Properties").click()
    heading(page, "Properties")
    expect(page.get_by_text("64 homes under our care.")).to_be_visible()
    expect(page.locator("article.card")).to_have_count(12)

    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="6", exact=True).click()
    expect(page.locator("article.card")).to_have_count(4)
    expect(pages.locator("[aria-current=page]")).to_have_text("6")
    expect(pages.get_by_role("link", name="Next")).to_have_count(0)

    page.get_by_label("Name, street or city").fill("r ash")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"\?q=r\+ash$"))
    expect(page.get_by_text(re.compile("homes? match(es)? “r ash”"))).to_be_visible()
    expect(page.get_by_label("Name, street or city")).to_have_value("r ash")
    for card in page.locator("article.card .eyebrow").all():
        expect(card).to_contain_text("Ashford")

    page.get_by_label("Name, street or city").fill("e")
    page.get_by_label("Name, street or city").press("Enter")
    pages.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"\?q=e&page=2$"))
    expect(pages.locator("[aria-current=page]")).to_have_text("2")


def test_search_words_are_shown_and_never_run(page: Page) -> None:
    page.goto("/properties/")
    words = '<img src=x onerror="document.title=1">'
    page.get_by_label("Name, street or city").fill(words)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text(f"0 homes match “{words}”.")).to_be_visible()
    expect(page.get_by_text("Nothing found. Try fewer words.")).to_be_visible()
    expect(page.locator("main img")).to_have_count(0)


def test_property_with_its_leases_and_repairs(page: Page) -> None:
    page.goto("/properties/")
    card = page.locator("article.card").first
    name = card.get_by_role("link").inner_text()
    card.get_by_role("link").click()
    heading(page, name)
    lease = page.locator("#leases li").first.get_by_role("link")
    tenant = lease.inner_text()
    lease.click()
    heading(page, f"{tenant} at {name}")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name=name).click()
    heading(page, name)


def test_from_the_journal_to_a_profile(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Journal").click()
    heading(page, "Journal")
    expect(page.get_by_text("100 posts about homes")).to_be_visible()
    expect(page.locator("article.post")).to_have_count(100)
    expect(page.locator("article.post.article")).to_have_count(20)
    expect(page.locator(".comments li")).to_have_count(64)

    article = page.locator("article.post.article").first
    title = article.get_by_role("heading").inner_text()
    author = article.locator(".byline a").inner_text()
    article.get_by_role("heading").get_by_role("link").click()
    heading(page, title)
    expect(page.locator("#comments li").first).to_be_visible()
    page.locator(".tags a").first.click()
    heading(page, re.compile("^#"))
    expect(page.get_by_role("link", name=title)).to_be_visible()

    page.locator("article.post", has_text=title).locator(".byline a").click()
    heading(page, re.compile(f"{re.escape(author)}$"))
    rows = page.locator("#posts li")
    count = page.locator("dt:has-text('Posts') + dd").inner_text()
    expect(rows).to_have_count(int(count))
    expect(page.get_by_role("link", name=title)).to_be_visible()


def test_admin_login_and_change_list(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Admin").click()
    page.get_by_label("Username:").fill("admin")
    page.get_by_label("Password:").fill("demo")
    page.get_by_role("button", name="Log in").click()
    heading(page, "Site administration")

    page.locator("#content-main").get_by_role("link", name="Leases", exact=True).click()
    heading(page, "Select lease to change")
    page.locator("#result_list tbody th a").first.click()
    heading(page, "Change lease")
    page.get_by_label("Notes:").fill("Written by a person.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("was changed successfully")

    page.goto("/admin/rentals/maintenancerequest/?status__exact=open")
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    expect(
        page.get_by_role("searchbox", name="Search").or_(page.locator("#searchbar"))
    ).to_be_visible()


def test_comparison_page_calls_all_pages_identical(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Engines").click()
    heading(page, "Two engines, the same pages")
    expect(page.locator("tbody tr")).to_have_count(3)
    for badge in page.locator("tbody .badge").all():
        expect(badge).to_have_text("yes")


def test_engines_draw_the_same_picture(page: Page) -> None:
    for path in ("/", "/properties/?q=e&page=2", "/blog/", "/leases/1/"):
        page.goto(path)
        ours = page.screenshot(full_page=True)
        page.goto(f"{path}{'&' if '?' in path else '?'}engine=stock")
        assert page.screenshot(full_page=True) == ours, path


def test_narrow_screen_needs_no_sideways_scrolling(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 360, "height": 740})
    page = context.new_page()
    for path in ("/", "/properties/", "/leases/1/", "/blog/", "/engines/"):
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, (path, width)
    context.close()
