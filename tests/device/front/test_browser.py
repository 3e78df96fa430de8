"""Large files in a real browser, over HTTPS, through the real nginx."""

from playwright.sync_api import expect

from tests.browser import DESKTOP


def test_a_backup_is_downloaded_and_brought_back(front, chromium, tmp_path):
    made = front.house.examiner.press()
    pin = front.house.access.accounts.renew_pin("owner")
    address = f"https://127.0.0.1:{front.port}"
    # The device signs its certificate itself; that phones can trust it is tested elsewhere.
    with chromium.new_context(viewport=DESKTOP, ignore_https_errors=True) as context:
        page = context.new_page()
        page.goto(f"{address}/login#{pin}")
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/settings/backup")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download a backup").click()
        download.value.save_as(tmp_path / "backup.tar")
        # More than a body may have elsewhere.
        assert (tmp_path / "backup.tar").stat().st_size > 64_000
        front.house.records.deletion.examinations([made.id])
        assert front.house.records.get(made.id) is None
        page.get_by_role("link", name="Restore a backup").click()
        page.get_by_label("Backup file").set_input_files(tmp_path / "backup.tar")
        page.get_by_role("button", name="Restore").click()
        expect(page.get_by_text("1 examination came back.")).to_be_visible(timeout=20_000)
    assert front.house.records.get(made.id)
