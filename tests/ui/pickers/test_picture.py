import hashlib

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.gallery import GALLERY, gallery_picture
from cnnviz.images import LONGEST_KEPT
from cnnviz.ui.sharing import cached
from tests.picture_files import encode, iso_media, photo


def page() -> None:
    import streamlit as st
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.uploaded_file_manager import DeletedFile

    from cnnviz.ui.pickers.picture import _choose_from_gallery, _take, choose_picture

    st.session_state["read and let go"] = DeletedFile("its number")
    st.button("tap too early", on_click=_take, args=("read and let go",))
    # What a tap on a thumbnail calls: AppTest has no hand for a component.
    st.button("tap coffee", on_click=_choose_from_gallery, args=("coffee",))
    st.button("tap cat", on_click=_choose_from_gallery, args=("chelsea",))
    picture = choose_picture()
    st.text(f"{picture.name} {picture.sha256} {picture.image.size}")
    context = get_script_run_ctx()
    assert context is not None
    assert isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager)
    sent = context.uploaded_file_mgr.file_storage.get(context.session_id, {})
    state = [name for name, value in st.session_state.items() if type(value).__name__ in ("Picture", "UploadedFile")]
    st.text(f"held: {state}, {len(sent)} files")


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(page, default_timeout=60)


def shown(app: AppTest) -> str:
    assert not app.exception
    return str(app.text[0].value)


def tap(app: AppTest, name: str) -> AppTest:
    return next(button for button in app.button if button.label == f"tap {name}").click().run()


def open_uploader(app: AppTest) -> AppTest:
    app.session_state["picture_choices"] = True
    return app.run()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return open_uploader(app).file_uploader[0].upload(name, data, "image/png").run()


def test_it_opens_on_the_cat_with_a_clean_address(app: AppTest) -> None:
    app.run()
    assert shown(app).startswith("Cat ")
    assert "picture" not in app.query_params
    assert not app.error


def test_the_choices_are_not_drawn_until_they_are_opened(app: AppTest) -> None:
    app.run()
    assert not app.toggle
    assert not app.file_uploader
    assert not app.get("camera_input")


def test_the_camera_is_only_there_when_asked_for(app: AppTest) -> None:
    open_uploader(app)
    assert not app.get("camera_input")
    app.toggle(key="picture_camera").set_value(True).run()
    assert len(app.get("camera_input")) == 1


@pytest.mark.parametrize("key", GALLERY)
def test_a_link_opens_with_its_picture(app: AppTest, key: str) -> None:
    app.query_params["picture"] = key
    app.run()
    assert shown(app).startswith(f"{GALLERY[key].title} {gallery_picture(key).sha256}")
    assert not app.error


@pytest.mark.parametrize("junk", ["dog", "", "../../etc/passwd", "<b>chelsea</b>", "$x$ :smile: [a](b)"])
def test_a_link_to_no_picture_is_answered_in_words_and_shows_the_cat(app: AppTest, junk: str) -> None:
    app.query_params["picture"] = junk
    app.run()
    assert shown(app).startswith("Cat ")
    assert "in the gallery: choose one of chelsea" in app.error[0].value.replace("\\", "")
    assert not set("<>[]$") & set(app.error[0].value)
    assert "picture" not in app.query_params


def test_a_tap_chooses_from_the_gallery_and_puts_it_into_the_address(app: AppTest) -> None:
    tap(app.run(), "coffee")
    assert shown(app).startswith("Coffee ")
    assert app.query_params["picture"] in ("coffee", ["coffee"])
    tap(app, "cat")
    assert shown(app).startswith("Cat ")
    assert "picture" not in app.query_params


def test_the_choice_stays_on_another_page(app: AppTest) -> None:
    tap(app.run(), "coffee")
    app.query_params.clear()  # what moving through the menu does
    app.run()
    assert shown(app).startswith("Coffee ")
    assert app.query_params["picture"] in ("coffee", ["coffee"])


def test_an_upload_becomes_the_picture(app: AppTest) -> None:
    data = encode(photo(), "PNG")
    upload(app, "folder/my <b>cat</b>.png", data)
    assert shown(app) == f"b.png {hashlib.sha256(data).hexdigest()} (24, 16)"
    assert not app.error


def test_of_a_large_upload_a_session_keeps_no_more_than_networks_are_given(app: AppTest) -> None:
    """What many visitors may take together rests on this: whole, this one would be 3.6 MB."""
    data = encode(photo(1500, 800), "PNG")
    upload(app, "mine.png", data)
    held = app.session_state["picture"]
    assert held.image.size == (LONGEST_KEPT, LONGEST_KEPT * 800 // 1500)
    assert held.sha256 != hashlib.sha256(data).hexdigest()
    caption = " ".join(caption.value for caption in app.caption)
    assert "Original 1500 × 800 pixels. Made smaller: no network is given more." in caption


def test_what_networks_answered_to_a_picture_that_is_put_away_is_let_go_of(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[str] = []
    monkeypatch.setattr(cached, "forget_answers", lambda picture: forgotten.append(picture.name))
    tap(app.run(), "coffee")  # the gallery's are everybody's
    upload(app, "first.png", encode(photo(), "PNG"))
    app.run()
    assert forgotten == []
    upload(app, "second.png", encode(photo(30, 20), "PNG"))
    assert forgotten == ["first.png"]
    tap(app, "cat")
    assert forgotten == ["first.png", "second.png"]


def test_an_upload_takes_the_gallery_out_of_the_address_and_stays(app: AppTest) -> None:
    app.query_params["picture"] = "rocket"
    upload(app, "mine.png", encode(photo(), "PNG"))
    assert app.query_params["picture"] != ["rocket"]
    assert shown(app.run()).startswith("mine.png ")


def test_an_address_of_a_picture_that_is_not_here_is_answered_in_words(app: AppTest) -> None:
    app.query_params["picture"] = "own-0123456789ab"
    assert shown(app.run()).startswith("Cat ")
    assert "choose it once more" in app.error[0].value
    assert "picture" not in app.query_params


def test_a_file_that_comes_once_more_after_it_was_let_go_changes_nothing(app: AppTest) -> None:
    upload(app, "mine.png", encode(photo(), "PNG"))
    tap(app, "too early")
    assert shown(app).startswith("mine.png ")
    assert not app.error


def test_what_was_done_to_a_picture_is_said(app: AppTest) -> None:
    exif = Image.Exif()
    exif[274] = 6
    upload(app, "mine.png", encode(Image.new("RGBA", (6, 4)), "PNG", exif=exif))
    caption = " ".join(caption.value for caption in app.caption)
    assert "4 × 6 pixels. Turned upright, as the camera noted. Transparent parts are shown over white." in caption


def test_a_file_that_cannot_be_read_is_answered_in_words_and_the_picture_stays(app: AppTest) -> None:
    app.query_params["picture"] = "rocket"
    upload(app, "IMG_2041.heic", iso_media(b"heic"))
    assert "HEIC" in app.error[0].value
    assert shown(app).startswith("Rocket ")
    # The uploader is empty again and takes the next file; a good one takes the sentence away.
    app.file_uploader[0].upload("mine.png", encode(photo(), "PNG"), "image/png").run()
    assert shown(app).startswith("mine.png ")
    assert not app.error


def test_the_sentence_about_a_file_goes_when_another_way_is_chosen(app: AppTest) -> None:
    upload(app, "note.png", b"only text")
    assert "text" in app.error[0].value
    app.toggle(key="picture_camera").set_value(True).run()
    assert not app.error


def test_the_same_file_can_be_sent_twice(app: AppTest) -> None:
    data = encode(photo(), "PNG")
    for _ in range(2):
        upload(app, "mine.png", data)
        assert shown(app).startswith("mine.png ")
        tap(app, "coffee")
        assert shown(app).startswith("Coffee ")


def test_a_picture_is_read_once_and_not_at_every_rerun(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(app, "mine.png", encode(photo(), "PNG"))
    held = app.session_state["picture"]
    monkeypatch.setattr("cnnviz.images._decode", lambda data, kind: pytest.fail("decoded again"))
    app.run()
    assert app.session_state["picture"] is held


def test_a_session_holds_one_picture_and_none_of_the_bytes_sent(app: AppTest) -> None:
    for name, data in (
        ("first.png", encode(photo(), "PNG")),
        ("bad.png", b"text"),
        ("last.png", encode(photo(), "GIF")),
    ):
        upload(app, name, data)
        assert app.text[1].value.endswith("0 files")
        app.run()  # the widget that was used is gone after the next run
        assert app.text[1].value == "held: ['picture'], 0 files"
    assert shown(app).startswith("last.png ")


def test_the_uploader_takes_no_more_than_the_reader_and_says_beside_it_what_it_refuses(app: AppTest) -> None:
    open_uploader(app)
    assert app.file_uploader[0].proto.max_upload_size_mb == 10
    beside = " ".join(caption.value for caption in app.caption)
    assert "Up to 10 MB and 25 megapixels (JPEG: 65)." in beside
    assert "with an exclamation mark, is larger or no picture and was not sent: make it smaller, or save" in beside
