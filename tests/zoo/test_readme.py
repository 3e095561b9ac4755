"""Tables in the README."""

from keras_gan_zoo import zoo


def test_the_readme_gets_the_table_between_its_markers(tmp_path):
    start, end = zoo.markers("zoo-scores")
    path = tmp_path / "README.md"
    path.write_text(f"# Zoo\n{start}\nold\n{end}\nmore\n")
    assert zoo.refresh_readme(path, "| new |\n")
    assert path.read_text() == f"# Zoo\n{start}\n| new |\n{end}\nmore\n"
    path.write_text("# Zoo\n")
    assert not zoo.refresh_readme(path, "| new |")
    assert path.read_text() == "# Zoo\n"
