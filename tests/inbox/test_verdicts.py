from inbox.verdicts import domain, domains, without_port
from tests.inbox.arrivals import HOST, MALLORY, OUR_POST, SOLVEIG, activity, arrived, note


def test_a_domain_has_one_spelling_and_a_host_without_one_stays() -> None:
    assert domain("AVIS.example.") == "avis.example"
    assert domain("1.2.3") == "1.2.3"


def test_a_port_is_left_off_but_not_an_ipv6_address() -> None:
    assert without_port("avis.example:8443") == "avis.example"
    assert without_port("avis.example") == "avis.example"
    assert without_port("[::1]") == "[::1]"


def test_the_domains_of_an_arrival_are_its_actors_and_those_it_brings_in() -> None:
    assert domains(arrived(activity("Like", OUR_POST))) == ("avis.example",)
    brought = activity("Announce", note(id=f"{HOST}/1", attributedTo=[SOLVEIG, MALLORY]))
    assert domains(arrived(brought)) == ("avis.example", "ond.example")
