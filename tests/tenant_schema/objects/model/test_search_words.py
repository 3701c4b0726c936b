"""Words of texts in the form of search tables."""

from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.objects.model.search_words import indexed_text, indexed_word, words_in


@given(st.text() | st.text("aZ09 _-/\x1c\x85\u3000äŁßﬁ中\u0301\U0001f600", max_size=200))
def test_the_words_of_a_text_are_stored_one_after_the_other(text: str) -> None:
    assert indexed_text(text) == "".join([f" {indexed_word(word)}" for word in words_in(text)])
