"""mpvc 0.0.3: hands, faces and face meshes."""

from clip import frames, save, thumbnail, without_numbers
from mpvc import DetectorMalhaRosto, DetectorMaos, DetectorRosto

meshes, hands, faces = DetectorMalhaRosto(refinar_pontos=True), DetectorMaos(), DetectorRosto()
found = {"hands": [], "faces": [], "meshes": []}
for image in frames():
    drawn = hands.encontrar_maos(image.copy())
    found["hands"].append(without_numbers(hands.encontrar_pontos(drawn, ponto_detectado=range(21))))
    drawn, boxes = faces.encontrar_rosto(image.copy())
    found["faces"].append([each[1] for each in boxes])
    drawn = meshes.encontrar_malha_rosto(image.copy())
    found["meshes"].append(without_numbers(meshes.encontrar_pontos(drawn)))
save(**found, drawn=thumbnail(drawn))
